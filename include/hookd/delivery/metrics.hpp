// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/sink_filters.hpp>
#include <hookd/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hookd::delivery {

/// Why a delivery failed.
struct sink_error {
    unix_millis at{};
    std::string detail; ///< One line, at most 512 bytes; may contain what a sink's peer or program has said.
};

/// The state of one sink. Counters begin when its sink worker is started.
struct sink_metrics {
    std::string name;
    std::string type;
    sink_filters filters;
    std::uint64_t delivered = 0;
    std::uint64_t retried = 0;               ///< Failed attempts that are retried.
    std::uint64_t rejected = 0;              ///< Events that the sink rejected permanently.
    std::uint64_t in_flight = 0;             ///< Events that are being delivered.
    std::vector<std::uint64_t> delivering{}; ///< Their sequence numbers.
    std::uint64_t reached = 0;               ///< Every event up to here is processed, or has a failure row.
    bool paused = false;                     ///< Its sink worker begins nothing until it is resumed.
    /// The sink is unavailable for all events, since when and why; its sink worker waits. Empty: it is available.
    std::optional<sink_error> outage;
    bool hangs = false;                    ///< The reason: it is in a system call that does not return.
    std::optional<sink_error> last_error;  ///< Of the latest delivery that failed, whatever succeeded since.
    std::optional<unix_millis> next_try;   ///< Of an unavailable sink, or of its earliest failed event; empty: none.
    std::uint64_t attempts_per_minute = 0; ///< Begun within the last 60 s.
    /// When the oldest event after `reached` was accepted; empty: there is none, or it was not read yet.
    std::optional<unix_millis> oldest;
};

} // namespace hookd::delivery
