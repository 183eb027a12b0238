// SPDX-License-Identifier: MIT
#include "cli/register/secret_saver.hpp"

#include <hookd/config/secret_file.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace hookd::cli {

namespace {

constexpr mode_t private_mode = 0600;
constexpr mode_t shared_mode = 0640;

/// Whether the file may be replaced: a mistyped path must not destroy what is there.
bool begins_like_a_secret(const std::string& path) {
    std::ifstream file{path};
    std::string word;
    file >> word;
    return word.starts_with("whsec_") || word.starts_with("whpk_");
}

std::unexpected<error> refuse(std::string what) {
    return std::unexpected{error{std::move(what)}};
}

std::unexpected<error> system_error(const std::string& problem, const std::string& path) {
    return refuse(problem + ' ' + path + ": " + std::generic_category().message(errno));
}

bool write_whole(int file, std::string_view rest) {
    while (!rest.empty()) {
        const ssize_t count = ::write(file, rest.data(), rest.size());
        if (count < 0 && errno != EINTR) {
            return false;
        }
        rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    return true;
}

} // namespace

result<secret_saver> secret_saver::prepare(const std::string& path) {
    std::error_code ec;
    const auto whole = std::filesystem::absolute(path, ec);
    if (ec || path.empty() || !whole.has_filename()) {
        return refuse("cannot save the secret in \"" + path + "\": expected the path of a file");
    }
    secret_saver made{whole.lexically_normal()};
    if (const auto good = made.look_at_old(); !good) {
        return std::unexpected{good.error()};
    }
    if (const auto good = made.make_new(); !good) {
        return std::unexpected{good.error()};
    }
    return made;
}

secret_saver::secret_saver(secret_saver&& other) noexcept
    : path_(std::move(other.path_)), new_path_(std::exchange(other.new_path_, {})),
      new_file_(std::move(other.new_file_)), directory_(std::move(other.directory_)), replaces_(other.replaces_),
      group_(other.group_), mode_(other.mode_) {}

secret_saver::~secret_saver() {
    if (!new_path_.empty()) {
        ::unlink(new_path_.c_str());
    }
}

/// The mode is kept only if the user owns the file: in a directory that others can write to, a file prepared by another
/// user must not decide who can read the secret.
result<void> secret_saver::look_at_old() {
    struct stat about{};
    if (::lstat(path_.c_str(), &about) != 0) {
        return errno == ENOENT ? result<void>{} : system_error("cannot save the secret in", path_);
    }
    if (!S_ISREG(about.st_mode)) {
        return refuse("cannot save the secret in " + path_ + ": it is " +
                      (S_ISLNK(about.st_mode) ? "a symbolic link" : "not a regular file"));
    }
    if (about.st_size > 0 && !begins_like_a_secret(path_)) {
        return refuse("cannot save the secret in " + path_ +
                      ": it holds something other than a webhook's secret; use another file, or remove this one");
    }
    replaces_ = true;
    if (about.st_uid == ::geteuid() && (about.st_mode & S_IRGRP) != 0 && (about.st_mode & S_IRWXO) == 0) {
        group_ = about.st_gid;
        mode_ = shared_mode;
    }
    return {};
}

result<void> secret_saver::make_new() {
    constexpr const char* problem = "cannot save the secret in";
    const std::string directory = std::filesystem::path{path_}.parent_path();
    directory_.reset(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory_) {
        return system_error(problem, directory);
    }
    std::string name = std::filesystem::path{directory} / ".hookd-secret-XXXXXX";
    new_file_.reset(::mkostemp(name.data(), O_CLOEXEC)); // mode 0600
    if (!new_file_) {
        return system_error(problem, directory);
    }
    new_path_ = std::move(name);
    return {};
}

bool secret_saver::holds(std::string_view text) const {
    const auto old = config::read_secret_file(path_);
    return old && old->text() == text;
}

result<void> secret_saver::save(std::string_view text) {
    constexpr const char* problem = "cannot save the secret in";
    if (mode_ == shared_mode && ::fchown(new_file_.get(), static_cast<uid_t>(-1), group_) != 0) {
        mode_ = private_mode;
    }
    if (::fchmod(new_file_.get(), mode_) != 0 || !write_whole(new_file_.get(), text) ||
        !write_whole(new_file_.get(), "\n") || ::fsync(new_file_.get()) != 0) {
        return system_error(problem, new_path_);
    }
    if (::rename(new_path_.c_str(), path_.c_str()) != 0) {
        return system_error(problem, path_);
    }
    new_path_.clear();
    if (::fsync(directory_.get()) != 0) {
        return system_error("the secret is saved, but may be lost in a power failure: cannot sync", path_);
    }
    return {};
}

} // namespace hookd::cli
