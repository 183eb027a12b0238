// SPDX-License-Identifier: MIT
#include "daemon/exit_watchdog.hpp"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace hookd::daemon {

exit_watchdog::exit_watchdog() {
    thread_.start([this] {
        pthread_setname_np(pthread_self(), "hookd-exit");
        run();
    });
}

exit_watchdog::~exit_watchdog() {
    const mutex_lock lock{mutex_};
    dismissed_ = true;
    changed_.notify_one();
}

void exit_watchdog::end_process_after(std::chrono::milliseconds patience, int code) {
    const auto at = clock::now() + patience;
    const mutex_lock lock{mutex_};
    if (!planned_ || at < planned_->at) {
        planned_ = end{.at = at, .code = code};
        changed_.notify_one();
    }
}

void exit_watchdog::run() {
    mutex_lock lock{mutex_};
    while (!dismissed_) {
        if (!planned_) {
            changed_.wait(lock);
        } else if (const auto until = planned_->at; until > clock::now()) {
            changed_.wait_until(lock, until);
        } else {
            end_process(planned_->code);
        }
    }
}

void end_process(int code) {
    // The system call itself: under a sanitizer, _exit(2) flushes streams, and would wait for the reader that hangs.
    syscall(SYS_exit_group, code);
    std::unreachable();
}

} // namespace hookd::daemon
