// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>
#include <hookd/core/time.hpp>
#include <hookd/journal/storage_error.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::journal {

/// An event whose delivery failed: it waits for its next attempt, or is a dead letter.
struct failure {
    std::uint64_t sequence = 0;
    unsigned attempts = 0; ///< Tries so far.
    unix_millis next_try;  ///< Meaningless when dead.
    bool dead = false;
    std::string detail; ///< The last attempt's result, at most 4 KiB.
};

/// A failed event that is due, together with the event.
struct due_event {
    failure what;
    event_ptr subject;
};

struct sink_state {
    std::uint64_t cursor = 0; ///< Every event up to here was delivered, is filtered out, or has a failure row.
    std::uint64_t waiting = 0;
    std::uint64_t dead = 0;
    std::optional<unix_millis> next_try; ///< Of the earliest waiting failure.
    bool paused = false;                 ///< An operator paused it: no new delivery begins until it is resumed.
};

/// How far each sink has come in the log. Any thread, does not block, except `open_sink`. Awaitables resume as those of
/// event_log.
class delivery_store {
public:
    /// Registers the sink, at the log's end if it is new, and returns its state. Blocking; at start-up and reload. Only
    /// open sinks hold back retention; those of the last run do for the first ten minutes, so that nothing is lost
    /// while sinks are opened one after the other.
    virtual storage_result<sink_state> open_sink(std::string_view sink) = 0;

    /// The sink is no longer used: it holds nothing back, and its cursor and failures are kept in case it is opened
    /// again. Ordered after earlier calls for it. Cannot fail: in a closed storage every sink is closed.
    virtual void close_sink(std::string_view sink) = 0;

    /// These three are made durable with the next commit, or within 50 ms by one of their own: after a crash those
    /// events may be delivered again. An error means that nothing is accepted any more.
    ///
    /// The sink has processed every event up to `cursor`.
    virtual storage_result<void> commit_cursor(std::string_view sink, std::uint64_t cursor) = 0;
    /// Adds or replaces the sink's failure row of that event. Ordered before any later `commit_cursor` of the same
    /// sink.
    virtual storage_result<void> nack(std::string_view sink, failure what) = 0;
    /// Removes the row: the event was delivered after all.
    virtual storage_result<void> ack(std::string_view sink, std::uint64_t sequence) = 0;

    /// Failures whose next attempt is not after `now`, earliest first, without those in `except` (they are being
    /// tried).
    virtual boost::asio::awaitable<storage_result<std::vector<due_event>>>
    due(std::string_view sink, unix_millis now, std::size_t most, std::vector<std::uint64_t> except) = 0;

    /// The sink's current state.
    virtual boost::asio::awaitable<storage_result<sink_state>> state(std::string_view sink) = 0;

    /// Records durably whether the sink is paused; `state` and `open_sink` return it. Sink workers must be notified,
    /// too.
    virtual boost::asio::awaitable<storage_result<void>> pause(std::string sink, bool paused) = 0;

protected:
    ~delivery_store() = default;
};

} // namespace hookd::journal
