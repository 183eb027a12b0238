// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/event.hpp>
#include <hookd/core/settings.hpp>
#include <hookd/journal/history.hpp>
#include <hookd/journal/metrics.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::journal {

/// The outcome of an append.
enum class append_outcome : std::uint8_t {
    stored,    ///< synced to disk
    duplicate, ///< an event with this endpoint and id is synced to disk already
    full,      ///< no space on the disk, or max_size reached; nothing stored; temporary
    busy,      ///< too much is waiting to be stored; nothing stored
    stopped,   ///< the journal is closing or has failed; nothing is known to be stored
};

/// Whether an event would be stored if one came now.
enum class acceptance : std::uint8_t {
    open,
    disk_full,
    over_size, ///< max_size is reached
    busy,      ///< too much is waiting to be stored
    closed,
    failed, ///< until the next start
};

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

/// The durable log of events, and how far each sink has come in it. One thread of its own does all its work; every
/// function may be called from any thread and none blocks, but those of start-up and `close`. Awaitables resume on the
/// awaiting coroutine's executor; when its execution context is destroyed first, the coroutine ends there. Once the
/// journal is closed or has failed, `append` says `stopped` and the other awaitables answer as an empty journal would.
class journal {
public:
    /// Called on the journal's thread after each commit, with the events it stored, in order. Must not block.
    using commit_observer = std::function<void(std::span<const event_ptr>)>;
    /// Called once, on the journal's thread, when a write or sync failed in a way that a retry cannot fix. By then
    /// nothing is acknowledged any more; the process must exit and recover at its next start.
    using failure_observer = std::function<void(std::string_view what)>;

    virtual ~journal() = default;

    /// Makes the event durable, and gives it its sequence number. `stored` and `duplicate` are said only after the sync
    /// that covers them. The events that gather while a commit runs share the next one.
    virtual boost::asio::awaitable<append_outcome> append(std::shared_ptr<event> what) = 0;

    /// Events after `after` in order, at most `most` and about `most_bytes` of bodies; empty at the end.
    virtual boost::asio::awaitable<std::vector<event_ptr>> read(std::uint64_t after, std::size_t most,
                                                                byte_size most_bytes) = 0;

    /// Registers the sink, at the journal's end if it is new, and returns its state. Blocking; at start-up and
    /// reload. Only registered sinks hold back retention; those of the last run do for the first ten minutes, so that
    /// nothing is lost while sinks are opened one after the other.
    virtual result<sink_state> open_sink(std::string_view sink) = 0;

    /// The sink is no longer used: it holds nothing back, and its cursor and failures are kept in case it is opened
    /// again. Ordered after earlier calls for it.
    virtual void close_sink(std::string_view sink) = 0;

    /// The sink has processed every event up to `cursor`. Made durable with the next commit, or by one of its own
    /// after 50 ms: after a crash those events may be delivered again.
    virtual void commit_cursor(std::string_view sink, std::uint64_t cursor) = 0;
    /// Adds or replaces the sink's failure row of that event. Ordered before any later `commit_cursor` of the same
    /// sink.
    virtual void nack(std::string_view sink, failure what) = 0;
    /// Removes the row: the event was delivered after all.
    virtual void ack(std::string_view sink, std::uint64_t sequence) = 0;
    /// Failures whose next attempt is not after `now`, earliest first, without those in `except` (they are being
    /// tried).
    virtual boost::asio::awaitable<std::vector<due_event>> due(std::string_view sink, unix_millis now, std::size_t most,
                                                               std::vector<std::uint64_t> except) = 0;
    /// The sink's current state.
    virtual boost::asio::awaitable<sink_state> state(std::string_view sink) = 0;

    /// Examines a bounded number of events; for more, call it again with the page's position.
    virtual boost::asio::awaitable<event_page> query(event_query what) = 0;
    /// The same, and replays events or drops dead letters, durably. The sink workers must be notified separately.
    virtual boost::asio::awaitable<repaired> apply(repair what) = 0;
    /// Records durably whether the sink is paused; `state` and `open_sink` return it. Sink workers must be notified,
    /// too.
    virtual boost::asio::awaitable<repair_outcome> pause(std::string sink, bool paused) = 0;

    /// Sequence number of the last durable event; 0 in an empty journal. Any thread, does not block.
    virtual std::uint64_t last_sequence() const = 0;

    /// New limits from now on; `path` is ignored.
    virtual void configure(const journal_settings& bounds) = 0;

    /// Watchdog thread: for how long the journal's thread has not responded; sends another request.
    virtual std::chrono::milliseconds stalled_for() = 0;

    /// Any thread; none of these three waits for the journal's thread.
    virtual acceptance accepts() const = 0;
    virtual const journal_metrics& metrics() const = 0;
    /// When the newest event of each endpoint was accepted, as far as it was among the last few thousand when the
    /// journal was opened.
    virtual const std::map<std::string, unix_millis>& newest_at_start() const = 0;

    /// Rejects further events, commits what is waiting, checkpoints and closes. Blocking; once; not from an observer.
    virtual void close() = 0;
};

struct observers {
    journal::commit_observer committed;
    journal::failure_observer failed;
};

/// Opens or creates the journal and starts its thread. Errors: a path that cannot be written, another process that has
/// it open, a file that is not a journal or has a newer version, damage, a failed checkpoint.
result<std::unique_ptr<journal>> open(const journal_settings& settings, wall_clock clock, observers watch);

} // namespace hookd::journal
