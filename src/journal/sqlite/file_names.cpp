// SPDX-License-Identifier: MIT
#include "journal/sqlite/file_names.hpp"

#include <fcntl.h>
#include <limits>
#include <sys/stat.h>

namespace hookd::journal {

namespace {

// Who asks for a file's times as well makes the kernel give the next write a time of its own, and the next sync write
// the inode for it.
bool look_up(const std::string& path, struct statx& status) {
    return ::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_SIZE, &status) == 0;
}

} // namespace

std::uint64_t file_names::size_of(const std::string& path) {
    struct statx status{};
    return look_up(path, status) ? status.stx_size : 0;
}

file_names::verdict file_names::check(std::optional<std::uint64_t> file_bytes, std::uint64_t log_bytes) {
    constexpr auto any = std::numeric_limits<std::uint64_t>::max();
    const auto file = check(file_, file_bytes.value_or(0), file_bytes.value_or(any));
    const auto log = check(log_, log_bytes, any);
    // Into a file that is truncated or another's nothing may be copied, wherever the log is.
    const bool takes_copies = file == verdict::intact || file == verdict::moved;
    return !takes_copies || log == verdict::intact ? file : log;
}

file_names::verdict file_names::check(name& which, std::uint64_t least_bytes, std::uint64_t most_bytes) {
    struct statx status{};
    if (!look_up(which.path, status)) {
        return which.seen ? verdict::moved : verdict::intact;
    }
    const identity now{status.stx_dev_major, status.stx_dev_minor, status.stx_ino};
    if (!which.seen) {
        which.seen = now;
    }
    if (which.seen != now) {
        return verdict::moved;
    }
    return status.stx_size < least_bytes  ? verdict::truncated
           : status.stx_size > most_bytes ? verdict::overwritten
                                          : verdict::intact;
}

} // namespace hookd::journal
