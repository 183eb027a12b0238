// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/time_pair.hpp"

#include <hookd/core/settings.hpp>

#include <chrono>
#include <cstdint>

namespace hookd::delivery {

/// What a sink worker knows about a sink that works for no event. It is left alone for a growing pause, then tried with
/// one delivery; when that finds it working, all goes on as before. Deliveries that began before the last word about
/// the sink do not change it: hence the epoch, which a delivery takes with it.
class backoff_gate {
public:
    explicit backoff_gate(const retry_settings& plan) : plan_{plan} {}

    std::uint64_t epoch() const { return epoch_; }
    bool down() const { return pauses_ > 0; }
    /// Meaningful while down: not before this.
    steady_time until() const { return until_; }

    /// A delivery of `epoch` found the sink unavailable.
    void unavailable(std::uint64_t epoch, std::chrono::milliseconds retry_after, steady_time now, double random);
    /// A delivery of `epoch` found it working.
    void worked(std::uint64_t epoch);

private:
    retry_settings plan_;
    std::uint64_t epoch_ = 0;
    unsigned pauses_ = 0; // since it last worked
    steady_time until_;
};

} // namespace hookd::delivery
