// SPDX-License-Identifier: MIT
#include "journal/sqlite/lock_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace hookd::journal {

namespace {

// The holder writes its process id into the file; anything else in it is not shown.
std::string holder(int descriptor) {
    std::array<char, 32> text{};
    const auto size = ::pread(descriptor, text.data(), text.size(), 0);
    const std::string_view id(text.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
    const auto digits = id.substr(0, id.find_first_not_of("0123456789"));
    return digits.empty() ? "another process" : "process " + std::string(digits);
}

void write_process_id(int descriptor) {
    const auto id = std::to_string(::getpid()) + "\n";
    // Only the message to a second process depends on it.
    if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, id.data(), id.size(), 0) < 0) {
        return;
    }
}

/// A lock file with another owner than the journal would lock that owner out: root changes its owner, other users
/// create none.
unique_fd open_or_create(const std::string& path, const std::string& journal_path) {
    constexpr int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
    unique_fd descriptor{::open(path.c_str(), flags)};
    struct stat journal{};
    if (descriptor || errno != ENOENT) {
        return descriptor;
    }
    const bool foreign = ::stat(journal_path.c_str(), &journal) == 0 && journal.st_uid != ::geteuid();
    if (foreign && ::geteuid() != 0) {
        errno = EPERM;
        return descriptor;
    }
    descriptor = unique_fd{::open(path.c_str(), flags | O_CREAT, 0600)};
    if (descriptor && foreign && ::fchown(descriptor.get(), journal.st_uid, journal.st_gid) != 0) {
        const int why = errno;
        ::unlink(path.c_str());
        errno = why;
        return unique_fd{};
    }
    return descriptor;
}

} // namespace

result<lock_file> lock_file::acquire(const std::string& journal_path) {
    const auto path = journal_path + ".lock";
    auto descriptor = open_or_create(path, journal_path);
    if (!descriptor) {
        return std::unexpected(error{"cannot open the journal's lock file " + path + ": " + std::strerror(errno) +
                                     "; the daemon's user must own it and the files next to it (chown), and have write "
                                     "permission for their directory"});
    }
    if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return std::unexpected(error{"cannot lock " + path + ": " + std::strerror(errno)});
        }
        return std::unexpected(error{"the journal " + journal_path + " is in use by " + holder(descriptor.get()) +
                                     ": stop that process first, or give each daemon a journal of its own"});
    }
    write_process_id(descriptor.get());
    return lock_file{std::move(descriptor)};
}

} // namespace hookd::journal
