// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/mutex.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::daemon {

/// Whether all threads respond, as of the last check. A thread that has not responded for longer than the limit counts
/// as hanging; so does the checking thread, if it has not checked for that long.
class liveness_monitor {
public:
    using clock = std::chrono::steady_clock;

    explicit liveness_monitor(std::chrono::milliseconds limit) : limit_{limit} {}

    /// Called by the checking thread, regularly: for how long the threads called `who` have not responded at most.
    void found(std::string_view who, std::chrono::milliseconds silence);
    /// Ends a check. Whether all threads respond.
    bool looked();

    /// Any thread. Which thread hangs; empty: none.
    std::optional<std::string> error() const;

private:
    const std::chrono::milliseconds limit_;
    std::string finding_; // of the current check
    mutable mutex mutex_;
    std::string error_ HOOKD_GUARDED_BY(mutex_);
    clock::time_point looked_ HOOKD_GUARDED_BY(mutex_) = clock::now();
};

} // namespace hookd::daemon
