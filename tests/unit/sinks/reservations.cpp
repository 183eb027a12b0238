#include "sinks/reservations.hpp"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace sinks_test {
namespace {

reservations* watching = nullptr;

} // namespace

reservations::reservations(std::function<int()> instead) : instead_(std::move(instead)) {
    watching = this;
}

reservations::~reservations() {
    watching = nullptr;
}

} // namespace sinks_test

// The program's own definition comes before the C library's.
extern "C" int fallocate(int fd, int mode, off_t at, off_t bytes) {
    if (sinks_test::watching != nullptr) {
        errno = sinks_test::watching->call();
        if (errno != 0) {
            return -1;
        }
    }
    return static_cast<int>(::syscall(SYS_fallocate, fd, mode, at, bytes));
}
