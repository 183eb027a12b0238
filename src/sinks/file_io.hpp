// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/unique_fd.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <system_error>

/// System calls that return values and repeat after EINTR. All of them block.
namespace hookd::sinks {

template <class T>
using io_result = expected<T, std::error_code>;

/// The current errno.
std::error_code last_error();

/// open(2), relative to `directory` (AT_FDCWD: the process's); O_CLOEXEC is added.
io_result<unique_fd> open_at(int directory, const std::string& path, int flags, mode_t mode = 0);

/// For a new file: sets exactly this mode, whatever the umask. A directory keeps inherited bits (set-group-ID).
void set_mode(int fd, mode_t mode);

struct written {
    std::size_t bytes = 0; ///< How many were written.
    std::error_code error; ///< Why it stopped; none: all were written.
};

/// Continues after short writes. For files: on a non-blocking descriptor it would end with EAGAIN.
written write_all(int fd, std::string_view bytes);

/// fsync(2). After an error the kernel may treat the lost pages as clean: another call on the same descriptor does not
/// help.
io_result<void> sync(int fd);
/// fdatasync(2): the bytes and the size, not the times.
io_result<void> sync_data(int fd);

/// Makes the name `path` of `opened` durable, no matter who created it and when: syncs its directory and, if it is a
/// link, the directory of the target; if that directory may not be read, the whole file system. Does nothing on a file
/// system that cannot sync directories.
io_result<void> sync_name(const std::string& path, int opened);

/// The directory of `path`.
std::string parent_of(const std::string& path);

} // namespace hookd::sinks
