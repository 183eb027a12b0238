// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/joinable_thread.hpp>
#include <hookd/core/mutex.hpp>

#include <chrono>
#include <optional>

namespace hookd::app {

/// Log lines that wait when all else has ended are worth this long.
constexpr std::chrono::milliseconds for_last_lines{2'000};

/// Ends the process when it is still there after a while, whatever hangs. What was acknowledged is in the journal by
/// then; what was not is sent again. Its thread exists from the start: at the end there may be none to be had.
class exit_watchdog {
public:
    using clock = std::chrono::steady_clock;

    /// Throws std::system_error where there can be no thread.
    exit_watchdog();
    exit_watchdog(const exit_watchdog&) = delete;
    exit_watchdog& operator=(const exit_watchdog&) = delete;
    ~exit_watchdog();

    /// Any thread. The process has until `patience` is over, and then ends with `code`. Of several times the earliest
    /// counts.
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

/// Ends it now, without exit handlers.
[[noreturn]] void end_process(int code);

} // namespace hookd::app
