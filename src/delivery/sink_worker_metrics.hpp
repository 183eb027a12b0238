// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/last_minute.hpp"
#include "delivery/sink_worker_fsm.hpp"
#include "delivery/time_pair.hpp"

#include <hookd/core/mutex.hpp>
#include <hookd/delivery/metrics.hpp>
#include <hookd/sinks/sink.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hookd::delivery {

/// A sink worker's metrics: written by its thread, readable from any, also while the sink blocks that thread.
class sink_worker_metrics {
public:
    void began(const std::vector<std::uint64_t>& events, time_pair now);
    void ended(const std::vector<std::uint64_t>& events, const std::vector<sinks::outcome>& outcomes, time_pair now);
    void failed(const journal::failure& row) { retried_ += row.dead ? 0 : 1; }
    void begins_at(std::uint64_t cursor) { reached_ = cursor; }
    /// Called before anything that may take long.
    void look_at(const sink_worker_fsm& plan, time_pair now);
    /// The sink cannot even be built: it is unavailable until `look_at` finds it available.
    void not_built(std::string_view why, time_pair now);

    void read_into(sink_metrics& shown) const;

private:
    void note(std::string_view detail, bool unavailable, time_pair now) HOOKD_REQUIRES(mutex_);

    std::atomic<std::uint64_t> delivered_ = 0;
    std::atomic<std::uint64_t> retried_ = 0;
    std::atomic<std::uint64_t> rejected_ = 0;
    std::atomic<std::uint64_t> reached_ = 0;
    std::atomic<unix_millis::rep> oldest_ = 0;   // 0: none
    std::atomic<unix_millis::rep> next_try_ = 0; // 0: none
    bool unavailable_ = false;                   // what `outage_` says; of the sink worker's thread
    mutable mutex mutex_;
    std::vector<std::uint64_t> in_flight_ HOOKD_GUARDED_BY(mutex_);
    last_minute attempts_ HOOKD_GUARDED_BY(mutex_);
    std::optional<sink_error> last_error_ HOOKD_GUARDED_BY(mutex_);
    std::optional<sink_error> outage_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::delivery
