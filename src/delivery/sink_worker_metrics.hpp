// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/sink_worker_fsm.hpp"

#include <hookd/core/mutex.hpp>
#include <hookd/delivery/metrics.hpp>
#include <hookd/sinks/sink.hpp>

#include <atomic>
#include <cstdint>
#include <vector>

namespace hookd::delivery {

/// A sink worker's metrics: written by its thread, readable from any, also while the sink blocks that thread.
class sink_worker_metrics {
public:
    void began(const std::vector<std::uint64_t>& events);
    void ended(const std::vector<std::uint64_t>& events, const std::vector<sinks::outcome>& outcomes);
    void failed(const journal::failure& row) { retried_ += row.dead ? 0 : 1; }
    void reached(std::uint64_t cursor) { reached_ = cursor; }
    /// Called before anything that may take long.
    void look_at(const sink_worker_fsm& plan);

    void read_into(sink_metrics& shown) const;

private:
    std::atomic<std::uint64_t> delivered_ = 0;
    std::atomic<std::uint64_t> retried_ = 0;
    std::atomic<std::uint64_t> rejected_ = 0;
    std::atomic<std::uint64_t> reached_ = 0;
    std::atomic<bool> unavailable_ = false;
    std::atomic<unix_millis::rep> oldest_ = 0; // 0: none
    mutable mutex mutex_;
    std::vector<std::uint64_t> in_flight_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::delivery
