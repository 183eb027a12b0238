// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <pthread.h>

namespace hookd::daemon {

/// Blocks the signals that the daemon handles until it does. Threads that are created meanwhile never get them.
class held_signals {
public:
    held_signals() {
        sigemptyset(&ours_);
        for (const int each : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
            sigaddset(&ours_, each);
        }
        pthread_sigmask(SIG_BLOCK, &ours_, &before_);
    }

    /// To the calling thread; even if they were blocked when the process was started.
    void release() { pthread_sigmask(SIG_UNBLOCK, &ours_, nullptr); }
    /// Restores the previous mask: for all commands but those that run the daemon.
    void restore() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
    sigset_t ours_{};
};

} // namespace hookd::daemon
