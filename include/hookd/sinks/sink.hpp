// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>
#include <hookd/core/settings.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::sinks {

enum class verdict : std::uint8_t {
    delivered,   ///< durably with the consumer
    retry,       ///< this event failed; others may succeed: counts as one of its attempts
    reject,      ///< never going to succeed: a dead letter at once
    unavailable, ///< the sink works for no event now (disk full, command gone): the sink worker waits; no attempt is
                 ///< counted
};

struct outcome {
    verdict what = verdict::delivered;
    std::chrono::milliseconds retry_after{0}; ///< At least this long until the next try; 0: as the plan says.
    std::string detail;                       ///< One line for the operator; never a secret.
};

/// An event on its way to a sink.
struct delivery {
    event_ptr what;
    unsigned attempt = 1; ///< Counted from 1.
};

/// Where events go. Each sink has one sink worker: a thread with an io_context of its own, on which everything here
/// runs, so a sink may block it: nobody else waits. The sink worker applies filters, retries and concurrency; a sink
/// only delivers.
class sink {
public:
    virtual ~sink() = default;

    /// Tries to deliver the batch, which is never empty and in journal order; one outcome an event, in that order.
    /// Never throws on anything the world does. Cancelled, it ends what it started and says `unavailable`.
    virtual boost::asio::awaitable<std::vector<outcome>> deliver(std::vector<delivery> batch) = 0;

    /// The most events it wants at a time; 1: singly, with up to `concurrency` deliveries under way at once.
    virtual std::size_t batch_limit() const = 0;

    /// Opens its files anew (SIGHUP, log rotation). Called on the sink worker's thread.
    virtual void reopen() {}
};

/// One row of the catalogue.
struct sink_type {
    std::string_view name;
    /// Takes resources, on the sink worker's thread's io_context. What cannot be opened now is not fatal: `deliver`
    /// says `unavailable` until it can.
    std::unique_ptr<sink> (*build)(const sink_settings& settings, boost::asio::io_context& worker);
};

} // namespace hookd::sinks
