#include "journal/file_names.hpp"

#include <fcntl.h>
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

file_names::verdict file_names::check(std::uint64_t file_bytes, std::uint64_t log_bytes) {
    const auto file = check(file_, file_bytes);
    const auto log = check(log_, log_bytes);
    // Of a file that is truncated nothing may be copied, wherever the other is.
    return file == verdict::truncated || log == verdict::intact ? file : log;
}

file_names::verdict file_names::check(name& which, std::uint64_t least_bytes) {
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
    return status.stx_size < least_bytes ? verdict::truncated : verdict::intact;
}

} // namespace hookd::journal
