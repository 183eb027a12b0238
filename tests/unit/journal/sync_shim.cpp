// SPDX-License-Identifier: MIT
// Replaces libc's fdatasync for this whole program, SQLite included: counts the calls and makes one fail.

#include "journal/support.hpp"

#include <atomic>
#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<std::uint64_t> calls = 0;
std::atomic<int> next_errno = 0;

} // namespace

extern "C" int fdatasync(int descriptor) {
    ++calls;
    if (const int failure = next_errno.exchange(0); failure != 0) {
        errno = failure;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

namespace hookd::journal::testing {

std::uint64_t syncs() {
    return calls;
}
void fail_next_sync(int with_errno) {
    next_errno = with_errno;
}

} // namespace hookd::journal::testing
