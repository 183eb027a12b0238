// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hookd::delivery {

/// How one sink is doing. What it counts, it counts since its sink worker was started.
struct sink_metrics {
    std::string name;
    std::string type;
    std::vector<std::string> events; ///< What it asks for: patterns, of the type and the endpoint.
    std::vector<std::string> endpoints;
    std::uint64_t delivered = 0;
    std::uint64_t retried = 0;   ///< Tries that failed, with another to come.
    std::uint64_t rejected = 0;  ///< Events that the sink refused for good.
    std::uint64_t in_flight = 0; ///< Events that the sink has in hand.
    std::uint64_t reached = 0;   ///< Every event up to here is done with, or has a row as a failure.
    bool paused = false;         ///< Its sink worker begins nothing until somebody resumes it.
    bool unavailable = false;    ///< The sink works for no event; its sink worker waits.
    bool hangs = false;          ///< The reason: it is in a call to the system that does not return.
    /// When the oldest event behind `reached` was accepted; nothing: there is none, or it was not looked at yet.
    std::optional<unix_millis> oldest;
};

} // namespace hookd::delivery
