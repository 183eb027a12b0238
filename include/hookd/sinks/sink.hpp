// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>
#include <hookd/sinks/settings.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::sinks {

enum class verdict : std::uint8_t {
    delivered,   ///< stored durably by the consumer
    retry,       ///< this event failed, others may succeed; counts as one of its attempts
    reject,      ///< will never succeed: immediately a dead letter
    unavailable, ///< the sink works for no event now (disk full, command missing): the sink worker waits; not counted
                 ///< as an attempt
};

struct outcome {
    verdict what = verdict::delivered;
    std::chrono::milliseconds retry_after{0}; ///< The minimum until the next attempt; 0: by the retry settings.
    std::string detail;                       ///< A line for the operator; never a secret.
    std::optional<int> code{};                ///< Exit code or HTTP status, if there was one.
};

/// An event on its way to a sink.
struct delivery {
    event_ptr what;
    unsigned attempt = 1; ///< Counted from 1.
};

/// A destination of events. Each sink has a sink worker: a thread with its own io_context, on which everything here
/// runs, so a sink may block it without delaying others. The sink worker applies filters, retries and concurrency; a
/// sink only delivers.
class sink {
public:
    virtual ~sink() = default;

    /// Tries to deliver the batch, which is never empty and in journal order. Returns one outcome per event, in that
    /// order. Never throws because of anything external. If cancelled, it ends what it started and returns
    /// `unavailable`.
    virtual boost::asio::awaitable<std::vector<outcome>> deliver(std::vector<delivery> batch) = 0;

    /// The maximum of events per batch; 1: single events, with up to `concurrency` deliveries in flight.
    virtual std::size_t batch_limit() const = 0;

    /// How long events gather for the next batch after a batch has begun, for a sink whose batches cost much more than
    /// their events. An event that comes after a longer pause never waits.
    virtual std::chrono::milliseconds gather_time() const { return {}; }

    /// Reopens its files (SIGHUP, log rotation). Called on the sink worker's thread.
    virtual void reopen() {}
};

} // namespace hookd::sinks
