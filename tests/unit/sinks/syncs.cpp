// SPDX-License-Identifier: MIT
#include "sinks/syncs.hpp"

#include <cerrno>
#include <filesystem>
#include <sys/syscall.h>
#include <unistd.h>

namespace sinks_test {
namespace {

syncs* watching = nullptr;

int pass_on(int fd, long number) {
    return watching != nullptr ? watching->pass(fd, number) : static_cast<int>(::syscall(number, fd));
}

} // namespace

syncs::syncs() {
    watching = this;
}

syncs::~syncs() {
    watching = nullptr;
}

int syncs::pass(int fd, long number) {
    seen_.push_back(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)));
    const bool last = countdown_ == 1;
    countdown_ -= countdown_ > 0 ? 1 : 0;
    if (last) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(number, fd));
}

} // namespace sinks_test

// The program's own definitions come before the C library's.
extern "C" int fsync(int fd) {
    return sinks_test::pass_on(fd, SYS_fsync);
}
extern "C" int fdatasync(int fd) {
    return sinks_test::pass_on(fd, SYS_fdatasync);
}
