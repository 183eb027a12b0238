// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>
#include <hookd/delivery/metrics.hpp>

#include <cstdint>
#include <vector>

namespace hookd::admin {

/// A sink, as its sink worker and the journal together know it.
struct sink_view {
    delivery::sink_metrics worker;
    std::uint64_t waiting = 0; ///< Failed, and awaiting the next try.
    std::uint64_t dead = 0;
    std::uint64_t lag_events = 0; ///< Not yet taken.
    double lag_seconds = 0;       ///< Age of the oldest of these.
};

std::vector<sink_view> look_at_sinks(const context& what);

} // namespace hookd::admin
