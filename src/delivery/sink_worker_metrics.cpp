// SPDX-License-Identifier: MIT
#include "delivery/sink_worker_metrics.hpp"

#include <algorithm>

namespace hookd::delivery {

void sink_worker_metrics::began(const std::vector<std::uint64_t>& events) {
    const mutex_lock lock{mutex_};
    in_flight_.insert(in_flight_.end(), events.begin(), events.end());
}

void sink_worker_metrics::ended(const std::vector<std::uint64_t>& events, const std::vector<sinks::outcome>& outcomes) {
    {
        // A batch stands together, behind those that began before it.
        const mutex_lock lock{mutex_};
        const auto batch = std::ranges::search(in_flight_, events);
        in_flight_.erase(batch.begin(), batch.end());
    }
    for (const auto& each : outcomes) {
        delivered_ += each.what == sinks::verdict::delivered ? 1 : 0;
        rejected_ += each.what == sinks::verdict::reject ? 1 : 0;
    }
}

void sink_worker_metrics::look_at(const sink_worker_fsm& plan) {
    const auto oldest = plan.oldest();
    oldest_ = oldest ? oldest->time_since_epoch().count() : 0;
    unavailable_ = plan.on_hold();
}

void sink_worker_metrics::read_into(sink_metrics& shown) const {
    shown.delivered = delivered_;
    shown.retried = retried_;
    shown.rejected = rejected_;
    {
        const mutex_lock lock{mutex_};
        shown.delivering = in_flight_;
    }
    shown.in_flight = shown.delivering.size();
    shown.reached = reached_;
    shown.unavailable = unavailable_;
    if (const auto oldest = oldest_.load(); oldest != 0) {
        shown.oldest = unix_millis{std::chrono::milliseconds{oldest}};
    }
}

} // namespace hookd::delivery
