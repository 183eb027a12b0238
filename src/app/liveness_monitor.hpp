// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/mutex.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::app {

/// Whether all threads turn, as the last look found them. A thread that has been silent for longer than the limit is
/// taken for stuck; so is the one that looks, once it has not done so for as long.
class liveness_monitor {
public:
    using clock = std::chrono::steady_clock;

    explicit liveness_monitor(std::chrono::milliseconds limit) : limit_{limit} {}

    /// The looking thread's, again and again: how long those called `who` have been silent at most.
    void found(std::string_view who, std::chrono::milliseconds silence);
    /// The end of a look. Whether all is well.
    bool looked();

    /// Any thread. What is stuck, or nothing.
    std::optional<std::string> error() const;

private:
    const std::chrono::milliseconds limit_;
    std::string finding_; // of the look under way
    mutable mutex mutex_;
    std::string error_ HOOKD_GUARDED_BY(mutex_);
    clock::time_point looked_ HOOKD_GUARDED_BY(mutex_) = clock::now();
};

} // namespace hookd::app
