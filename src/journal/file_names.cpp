#include "journal/file_names.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace hookd::journal {

bool file_names::unchanged(name& which) {
    // Who asks for a file's times as well makes the kernel give the next write a time of its own, and the next sync
    // write the inode for it.
    struct statx status{};
    if (::statx(AT_FDCWD, which.path.c_str(), 0, STATX_INO, &status) != 0) {
        return !which.seen;
    }
    const identity now{status.stx_dev_major, status.stx_dev_minor, status.stx_ino};
    if (!which.seen) {
        which.seen = now;
    }
    return which.seen == now;
}

} // namespace hookd::journal
