// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>
#include <hookd/core/time.hpp>
#include <hookd/journal/delivery_state.hpp>
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
    std::string detail;            ///< The last attempt's result, at most 4 KiB.
    std::optional<attempt> made{}; ///< The attempt that failed; empty: none was made. `due` leaves it out.
};

/// A failed event that is due, together with the event.
struct due_event {
    failure what;
    event_ptr subject;
};

struct sink_state {
    std::uint64_t cursor = 0;  ///< Every event up to here was delivered, is filtered out, or has a failure row.
    std::uint64_t waiting = 0; ///< For a retry.
    std::uint64_t dead = 0;
    std::optional<unix_millis> next_try; ///< Of the earliest waiting failure.
    bool paused = false;                 ///< An operator paused it: no new delivery begins until it is resumed.
};

enum class sink_edit_outcome : std::uint8_t {
    done,
    unknown, ///< There is no such sink.
    open,    ///< It is in use.
};

struct sink_edit {
    sink_edit_outcome what = sink_edit_outcome::done;
    std::uint64_t dead = 0;    ///< Dead letters that were removed or taken over.
    std::uint64_t waiting = 0; ///< The same of other deliveries that had not ended.
    bool more = false;
};

/// How far each sink has come in the log. Any thread, does not block, except `open_sink`. Awaitables resume as those of
/// event_log.
class delivery_store {
public:
    /// Registers the sink, at the log's end if it is new, and returns its state. From its cursor on, its filters are
    /// those of `sink`. Blocking; at start-up and reload. Only open sinks hold back retention; those of the last run do
    /// for the first ten minutes, so that nothing is lost while sinks are opened one after the other.
    virtual storage_result<sink_state> open_sink(const sink_scope& sink) = 0;

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
    /// The event was delivered after all. Ignored if it has no row: it was delivered at once.
    virtual storage_result<void> ack(std::string_view sink, std::uint64_t sequence, attempt made) = 0;

    /// Failures whose next attempt is not after `now`, earliest first, without those in `except` (they are being
    /// tried).
    virtual boost::asio::awaitable<storage_result<std::vector<due_event>>>
    due(std::string_view sink, unix_millis now, std::size_t most, std::vector<std::uint64_t> except) = 0;

    /// The sink's current state.
    virtual boost::asio::awaitable<storage_result<sink_state>> state(std::string_view sink) = 0;

    /// Records durably whether the sink is paused; `state` and `open_sink` return it. Sink workers must be notified,
    /// too.
    virtual boost::asio::awaitable<storage_result<void>> pause(std::string sink, bool paused) = 0;

    /// Sinks in the journal that are not among the configured ones, by name.
    virtual boost::asio::awaitable<storage_result<std::vector<orphaned_sink>>>
    orphans(std::vector<std::string> configured) = 0;
    /// Durably removes a sink that is not open, with all its dead letters.
    virtual boost::asio::awaitable<storage_result<sink_edit>> forget(std::string sink) = 0;
    /// Durably gives the sink `from`, which is not open, the name `to`. If there is such a sink, it takes over what
    /// `from` has: its past, dead letters, retries, and the events that `from` has not reached, as retries that are due
    /// now. This happens in parts; while `more` is set, call it again. After a crash, too: each part is a transaction.
    /// The sink worker of `to` must be notified.
    virtual boost::asio::awaitable<storage_result<sink_edit>> rename(std::string from, std::string to,
                                                                     unix_millis now) = 0;

protected:
    ~delivery_store() = default;
};

} // namespace hookd::journal
