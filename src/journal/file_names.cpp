#include "journal/file_names.hpp"

#include <sys/stat.h>

namespace hookd::journal {

bool file_names::unchanged(name& which) {
    struct stat status{};
    if (::stat(which.path.c_str(), &status) != 0) {
        return !which.seen;
    }
    const identity now{status.st_dev, status.st_ino};
    if (!which.seen) {
        which.seen = now;
    }
    return which.seen == now;
}

} // namespace hookd::journal
