// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/time_pair.hpp"

#include <hookd/core/event.hpp>
#include <hookd/core/limited_log.hpp>
#include <hookd/journal/delivery_store.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace hookd::delivery {

/// The log lines about a sink: when and why it becomes unavailable, when it is available again, events that must wait
/// (a few lines per minute) and every dead letter. On the sink worker's thread.
class sink_worker_log {
public:
    explicit sink_worker_log(std::string sink, limited_log& limits = limited_log::shared())
        : sink_{std::move(sink)}, limits_{limits} {}

    void unavailable(std::string_view why, steady_time now);
    void worked(steady_time now);
    void failed(const event& what, const journal::failure& row, std::chrono::milliseconds until_next, steady_time now);

private:
    std::string sink_;
    limited_log& limits_;
    bool down_ = false;
    bool told_ = false; // the log says that it is down
    steady_time down_since_;
};

} // namespace hookd::delivery
