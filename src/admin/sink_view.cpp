// SPDX-License-Identifier: MIT
#include "admin/sink_view.hpp"

#include <algorithm>
#include <utility>

namespace hookd::admin {

std::vector<sink_view> look_at_sinks(const context& what) {
    std::vector<sink_view> all;
    for (auto& worker : what.dispatcher.metrics()) {
        const auto newest = what.health.metrics().last_sequence.load();
        const auto row = what.health.metrics().sinks.find(worker.name).value_or(journal::sink_stats::entry{});
        sink_view one{.worker = std::move(worker), .waiting = row.waiting, .dead = row.dead};
        one.lag_events = newest - std::min(newest, one.worker.reached);
        if (one.lag_events > 0 && one.worker.oldest) {
            one.lag_seconds = std::max(std::chrono::duration<double>(what.clock() - *one.worker.oldest).count(), 0.0);
        }
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace hookd::admin
