// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/sink_worker_fsm.hpp"

#include <hookd/delivery/metrics.hpp>
#include <hookd/sinks/sink.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hookd::delivery {

/// A sink worker's metrics: written by its thread, readable from any, also while the sink blocks that thread.
class sink_worker_metrics {
public:
    void began(std::size_t events) { in_flight_ += events; }
    void ended(const std::vector<sinks::outcome>& outcomes);
    void failed(const journal::failure& row) { retried_ += row.dead ? 0 : 1; }
    void reached(std::uint64_t cursor) { reached_ = cursor; }
    /// Called before anything that may take long.
    void look_at(const sink_worker_fsm& plan);

    void read_into(sink_metrics& shown) const;

private:
    std::atomic<std::uint64_t> delivered_ = 0;
    std::atomic<std::uint64_t> retried_ = 0;
    std::atomic<std::uint64_t> rejected_ = 0;
    std::atomic<std::uint64_t> in_flight_ = 0;
    std::atomic<std::uint64_t> reached_ = 0;
    std::atomic<bool> unavailable_ = false;
    std::atomic<unix_millis::rep> oldest_ = 0; // 0: none
};

} // namespace hookd::delivery
