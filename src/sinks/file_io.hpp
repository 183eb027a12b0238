#pragma once

#include <hookd/core/unique_fd.hpp>

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <system_error>

/// System calls as values, EINTR seen to. All of them block.
namespace hookd::sinks {

template <class T>
using io_result = std::expected<T, std::error_code>;

/// errno, as it stands.
std::error_code last_error();

/// open(2), relative to `directory` (AT_FDCWD: the process's); O_CLOEXEC is added.
io_result<unique_fd> open_at(int directory, const std::string& path, int flags, mode_t mode = 0);

struct written {
    std::size_t bytes = 0; ///< How many arrived.
    std::error_code error; ///< What stopped it; none: all arrived.
};

/// Writes on through short writes. For files: on a non-blocking descriptor it would end with EAGAIN.
written write_all(int fd, std::string_view bytes);

/// fsync(2). After a failure the kernel may hold the lost pages for clean: no second call on the same descriptor can
/// make up for it.
io_result<void> sync(int fd);
/// fdatasync(2): the bytes and the size, not the times.
io_result<void> sync_data(int fd);

/// Makes names that were added to the directory durable. A file system that cannot sync directories is let be.
io_result<void> sync_directory(const std::string& path);

/// The directory that holds `path`.
std::string parent_of(const std::string& path);

} // namespace hookd::sinks
