// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/joinable_thread.hpp>
#include <hookd/core/mutex.hpp>

#include <chrono>
#include <optional>

namespace hookd::daemon {

/// How long to wait for the last log lines when everything else has ended.
constexpr std::chrono::milliseconds for_last_lines{2'000};

/// Ends the process if it has not exited after a while, whatever hangs. What was acknowledged is in the journal by
/// then; what was not is sent again. Its thread exists from the start, since at the end it may be impossible to create
/// one.
class exit_watchdog {
public:
    using clock = std::chrono::steady_clock;

    /// Throws std::system_error if no thread can be created.
    exit_watchdog();
    exit_watchdog(const exit_watchdog&) = delete;
    exit_watchdog& operator=(const exit_watchdog&) = delete;
    ~exit_watchdog();

    /// Any thread. After `patience` the process exits with `code`. Of several calls, the earliest time counts.
    void end_process_after(std::chrono::milliseconds patience, int code);

private:
    struct end {
        clock::time_point at;
        int code;
    };

    void run();

    mutex mutex_;
    condition_variable changed_;
    std::optional<end> planned_ HOOKD_GUARDED_BY(mutex_);
    bool dismissed_ HOOKD_GUARDED_BY(mutex_) = false;

    joinable_thread thread_;
};

/// Ends the process at once, without exit handlers.
[[noreturn]] void end_process(int code);

} // namespace hookd::daemon
