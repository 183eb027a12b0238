// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>
#include <hookd/delivery/metrics.hpp>

#include <cstdint>
#include <string>
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

/// The current sinks, for a query.
std::vector<journal::sink_scope> sink_scopes(const context& what);
/// Why the events of a sink wait: that it is paused or unavailable, on one line; empty: they do not. Without `reasons`,
/// the line has no text that comes from a sink.
std::string held_up_text(const delivery::sink_metrics& sink, bool reasons);

/// A sink that is in the journal, but not configured, as it was at most half a minute ago.
struct orphan_view {
    std::string name;
    std::uint64_t waiting = 0; ///< For a retry, or never reached: up to a few thousand of these are counted.
    std::uint64_t dead = 0;
};

std::vector<orphan_view> look_at_orphans(const context& what);

/// Lines about the sinks that a reload has removed with dead letters or waiting events.
std::vector<std::string> backlogs_left(const std::vector<sink_view>& before, const std::vector<sink_view>& after);

} // namespace hookd::admin
