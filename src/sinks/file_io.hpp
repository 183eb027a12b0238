// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/unique_fd.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <system_error>

/// System calls as values, EINTR seen to. All of them block.
namespace hookd::sinks {

template <class T>
using io_result = expected<T, std::error_code>;

/// errno, as it stands.
std::error_code last_error();

/// open(2), relative to `directory` (AT_FDCWD: the process's); O_CLOEXEC is added.
io_result<unique_fd> open_at(int directory, const std::string& path, int flags, mode_t mode = 0);

/// Of what was just made: the mode is what was asked for, whatever the umask. A directory keeps what it has inherited
/// (set-group-ID).
void set_mode(int fd, mode_t mode);

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

/// Makes durable that `path` leads to `opened`, whoever has made it so and however long ago: syncs the directory that
/// holds the name and, where that is a link, the one that holds what it leads to; where the directory may not be read,
/// the whole file system. A file system that cannot sync directories is let be.
io_result<void> sync_name(const std::string& path, int opened);

/// The directory that holds `path`.
std::string parent_of(const std::string& path);

} // namespace hookd::sinks
