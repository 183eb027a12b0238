// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <pthread.h>

namespace hookd::app {

/// Holds back the signals that the daemon handles until it does. Threads that are made meanwhile never take them.
class held_signals {
public:
    held_signals() {
        sigemptyset(&ours_);
        for (const int each : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
            sigaddset(&ours_, each);
        }
        pthread_sigmask(SIG_BLOCK, &ours_, &before_);
    }

    /// To the calling thread; also where whoever started the process had them blocked.
    void release() { pthread_sigmask(SIG_UNBLOCK, &ours_, nullptr); }
    /// As if nothing had been: for all that is no daemon.
    void restore() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
    sigset_t ours_{};
};

} // namespace hookd::app
