// SPDX-License-Identifier: MIT
#include "sinks/file_io.hpp"

#include <hookd/core/file_system.hpp>

#include <cerrno>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace hookd::sinks {
namespace {

template <class Call>
auto uninterrupted(Call call) {
    auto answer = call();
    while (answer < 0 && errno == EINTR) {
        answer = call();
    }
    return answer;
}

} // namespace

std::error_code last_error() {
    return {errno, std::system_category()};
}

io_result<unique_fd> open_at(int directory, const std::string& path, int flags, mode_t mode) {
    const int fd = uninterrupted([&] { return ::openat(directory, path.c_str(), flags | O_CLOEXEC, mode); });
    if (fd < 0) {
        return std::unexpected(last_error());
    }
    return unique_fd(fd);
}

void set_mode(int fd, mode_t mode) {
    struct stat info{};
    if (::fstat(fd, &info) == 0 && (info.st_mode & 0777U) != mode) {
        static_cast<void>(::fchmod(fd, (info.st_mode & 07000U) | mode));
    }
}

written write_all(int fd, std::string_view bytes) {
    written done;
    while (done.bytes < bytes.size()) {
        const auto rest = bytes.substr(done.bytes);
        const auto count = uninterrupted([&] { return ::write(fd, rest.data(), rest.size()); });
        if (count <= 0) {
            done.error = count < 0 ? last_error() : std::make_error_code(std::errc::io_error);
            return done;
        }
        done.bytes += static_cast<std::size_t>(count);
    }
    return done;
}

io_result<void> sync(int fd) {
    if (uninterrupted([&] { return ::fsync(fd); }) < 0) {
        return std::unexpected(last_error());
    }
    return {};
}

io_result<void> sync_data(int fd) {
    if (uninterrupted([&] { return ::fdatasync(fd); }) < 0) {
        return std::unexpected(last_error());
    }
    return {};
}

io_result<void> sync_name(const std::string& path, int opened) {
    for (const auto& each : std::set{parent_of(path), parent_of(follow_links(path).back())}) {
        const auto directory = open_at(AT_FDCWD, each, O_RDONLY | O_DIRECTORY);
        auto synced = directory ? sync(directory->get()) : std::unexpected(directory.error());
        if (!directory && directory.error() == std::errc::permission_denied && ::syncfs(opened) == 0) {
            continue;
        }
        if (!synced && synced.error() != std::errc::invalid_argument) {
            return synced;
        }
    }
    return {};
}

std::string parent_of(const std::string& path) {
    auto end = path.find_last_not_of('/');
    end = end == std::string::npos ? end : path.find_last_of('/', end);
    if (end == std::string::npos) {
        return path.starts_with('/') ? "/" : ".";
    }
    end = path.find_last_not_of('/', end);
    return end == std::string::npos ? "/" : path.substr(0, end + 1);
}

} // namespace hookd::sinks
