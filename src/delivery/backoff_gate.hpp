// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/time_pair.hpp"

#include <hookd/sinks/settings.hpp>

#include <chrono>
#include <cstdint>

namespace hookd::delivery {

/// A sink worker's knowledge of a sink that is unavailable for all events. The sink is paused for a growing time, then
/// probed with one delivery; if that finds it available, deliveries continue as before. Deliveries that began before
/// the last change of this state do not change it: hence the epoch that each delivery carries.
class backoff_gate {
public:
    explicit backoff_gate(const retry_settings& plan) : plan_{plan} {}

    std::uint64_t epoch() const { return epoch_; }
    bool down() const { return pauses_ > 0; }
    /// Only meaningful while down: the earliest time of the next probe.
    steady_time until() const { return until_; }

    /// A delivery of `epoch` found the sink unavailable.
    void unavailable(std::uint64_t epoch, std::chrono::milliseconds retry_after, steady_time now, double random);
    /// A delivery of `epoch` found it available.
    void worked(std::uint64_t epoch);

private:
    retry_settings plan_;
    std::uint64_t epoch_ = 0;
    unsigned pauses_ = 0; // since it was last available
    steady_time until_;
};

} // namespace hookd::delivery
