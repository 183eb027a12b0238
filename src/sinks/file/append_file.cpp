// SPDX-License-Identifier: MIT
#include "sinks/file/append_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace hookd::sinks {

result<void> append_file::begin() {
    broken_ = false;
    if (file_ && !names_open_file()) {
        file_.reset();
    }
    if (!file_) {
        if (auto opened = open(); !opened) {
            file_.reset();
            return opened;
        }
    }
    if (ends_within_line()) {
        if (const auto ec = append("\n"); ec) {
            file_.reset();
            return std::unexpected(failed("cannot write", ec));
        }
    }
    arrived_ = 0;
    return {};
}

result<void> append_file::write(std::string_view lines) {
    auto ec = reserve(lines.size());
    if (!ec) {
        ec = append(lines);
    }
    if (!ec) {
        return {};
    }
    broken_ = true;
    if (ends_within_line()) {
        static_cast<void>(write_all(file_.get(), "\n"));
    }
    return std::unexpected(failed("cannot write", ec));
}

result<void> append_file::commit() {
    const auto synced = sync_data(file_.get());
    if (broken_ || !synced) {
        file_.reset();
    }
    return synced ? result<void>{} : std::unexpected(failed("cannot sync", synced.error()));
}

bool append_file::names_open_file() const {
    struct stat named{};
    struct stat open{};
    return ::stat(path_.c_str(), &named) == 0 && ::fstat(file_.get(), &open) == 0 && named.st_dev == open.st_dev &&
           named.st_ino == open.st_ino;
}

result<void> append_file::open() {
    // O_NONBLOCK and O_NOCTTY have no effect on regular files; if the path is something else, they prevent it from
    // blocking the sink worker or becoming the daemon's terminal.
    constexpr int flags = O_RDWR | O_APPEND | O_NONBLOCK | O_NOCTTY;
    auto opened = open_at(AT_FDCWD, path_, flags);
    const bool missing = !opened && opened.error() == std::errc::no_such_file_or_directory;
    if (missing) {
        opened = open_at(AT_FDCWD, path_, flags | O_CREAT, mode_);
    }
    if (!opened) {
        return std::unexpected(failed("cannot open", opened.error()));
    }
    file_ = std::move(*opened);
    struct stat info{};
    if (::fstat(file_.get(), &info) != 0) {
        return std::unexpected(failed("cannot open", last_error()));
    }
    if (!S_ISREG(info.st_mode)) {
        return std::unexpected(error{fmt::format("{} is not a regular file: move it away", path_)});
    }
    if (missing && info.st_size == 0) {
        set_mode(file_.get(), mode_);
    }
    // No matter who created the file, its name may not be on disk yet.
    if (const auto synced = sync_name(path_, file_.get()); !synced) {
        return std::unexpected(failed("cannot sync the directory of", synced.error()));
    }
    return {};
}

/// A byte that cannot be read counts as part of a line: an empty line is harmless.
bool append_file::ends_within_line() const {
    struct stat info{};
    char last = 0;
    return ::fstat(file_.get(), &info) == 0 && info.st_size > 0 &&
           (::pread(file_.get(), &last, 1, info.st_size - 1) != 1 || last != '\n');
}

/// No error if it cannot be known before: then the write fails.
std::error_code append_file::reserve(std::size_t bytes) const {
    struct stat info{};
    if (::fstat(file_.get(), &info) != 0) {
        return {};
    }
    // With KEEP_SIZE most file systems do not check the process's limit.
    rlimit largest{};
    if (::getrlimit(RLIMIT_FSIZE, &largest) == 0 && static_cast<rlim_t>(info.st_size) + bytes > largest.rlim_cur) {
        return std::make_error_code(std::errc::file_too_large);
    }
    if (::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, info.st_size, static_cast<off_t>(bytes)) == 0) {
        return {};
    }
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
        return last_error();
    }
    // A file system that cannot reserve space. If it does not report its size either, it has no blocks.
    struct statvfs space{};
    if (::fstatvfs(file_.get(), &space) == 0 && space.f_blocks > 0 && space.f_bavail * space.f_frsize < bytes) {
        return std::make_error_code(std::errc::no_space_on_device);
    }
    return {};
}

std::error_code append_file::append(std::string_view bytes) {
    const auto done = write_all(file_.get(), bytes);
    arrived_ += done.bytes;
    return done.error;
}

error append_file::failed(std::string_view what, std::error_code why) const {
    return {fmt::format("{} {}: {}", what, path_, why.message())};
}

} // namespace hookd::sinks
