// SPDX-License-Identifier: MIT
#include "journal/sqlite/journal_files.hpp"

#include <sys/stat.h>

namespace hookd::journal {

namespace {

const char* kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFIFO:
        return "a FIFO";
    case S_IFDIR:
        return "a directory";
    case S_IFLNK:
        return "a symbolic link";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

} // namespace

std::vector<std::string> journal_files(const std::string& path) {
    return {path, path + "-wal", path + "-shm", path + "-journal", path + ".lock"};
}

result<void> check_journal_files(const std::string& path) {
    for (const auto& name : journal_files(path)) {
        struct stat status{};
        if (::lstat(name.c_str(), &status) != 0) {
            continue; // an error is reported when it is opened
        }
        if (!S_ISREG(status.st_mode)) {
            return std::unexpected(error{name + " is " + kind_of(status.st_mode) +
                                         ", not a regular file: move it away or set journal.path to another file"});
        }
        if (status.st_nlink > 1) {
            return std::unexpected(
                error{name + " has " + std::to_string(status.st_nlink) +
                      " hard links, and the log beside one of them is missing under the others: keep "
                      "the name that is in use and remove the others, which find -samefile lists"});
        }
    }
    return {};
}

} // namespace hookd::journal
