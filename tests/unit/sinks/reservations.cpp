// SPDX-License-Identifier: MIT
#include "sinks/reservations.hpp"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace sinks_test {
namespace {

reservations* watching = nullptr;

} // namespace

reservations::reservations(std::function<int()> meanwhile) : meanwhile_(std::move(meanwhile)) {
    watching = this;
}

reservations::~reservations() {
    watching = nullptr;
}

} // namespace sinks_test

// The program's own definition comes before the C library's.
extern "C" int fallocate(int fd, int mode, off_t at, off_t bytes) {
    const auto done = static_cast<int>(::syscall(SYS_fallocate, fd, mode, at, bytes));
    const int failure = sinks_test::watching != nullptr ? sinks_test::watching->call() : 0;
    if (failure != 0) {
        errno = failure;
        return -1;
    }
    return done;
}
