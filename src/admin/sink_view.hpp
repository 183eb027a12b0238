// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>
#include <hookd/delivery/metrics.hpp>

#include <cstdint>
#include <vector>

namespace hookd::admin {

/// A sink's state, from its sink worker and the journal.
struct sink_view {
    delivery::sink_metrics worker;
    std::uint64_t waiting = 0; ///< Failed, and waiting for the next attempt.
    std::uint64_t dead = 0;
    std::uint64_t lag_events = 0; ///< Not processed yet.
    double lag_seconds = 0;       ///< Age of the oldest of these.
};

std::vector<sink_view> look_at_sinks(const context& what);

} // namespace hookd::admin
