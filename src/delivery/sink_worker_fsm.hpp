// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/backoff_gate.hpp"
#include "delivery/recent_events.hpp"
#include "delivery/retry_queue.hpp"
#include "delivery/time_pair.hpp"

#include <hookd/core/event.hpp>
#include <hookd/journal/delivery_store.hpp>
#include <hookd/sinks/settings.hpp>
#include <hookd/sinks/sink.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace hookd::delivery {

/// What the sink worker is to do next.
namespace next {
/// Give the batch to the sink and continue; its outcome goes to sink_worker_fsm::finished with the ticket.
struct deliver {
    std::uint64_t ticket;
    std::vector<sinks::delivery> batch;
};
/// Fetch the events after this one, for sink_worker_fsm::arrived.
struct read {
    std::uint64_t after;
};
/// Ask the journal for the earliest failures, whenever they are due, for sink_worker_fsm::found.
struct look {
    std::vector<std::uint64_t> except;
};
/// Tell the journal.
struct nack {
    journal::failure row;
    event_ptr subject;
};
struct ack {
    std::uint64_t sequence;
    journal::attempt made;
};
/// Record an event in the journal that has not failed, but is left unfinished.
struct leave {
    journal::failure row;
};
struct commit_cursor {
    std::uint64_t cursor;
};
/// What commits are to end a wait.
enum class wake_on : std::uint8_t { nothing, wanted_events, all_events };
/// Nothing can be done before this time, or before something happens.
struct wait {
    steady_time until;
    wake_on commits;
};
/// Stopped, and nothing is in flight.
struct done {};
} // namespace next

using action = std::variant<next::deliver, next::read, next::look, next::nack, next::ack, next::leave,
                            next::commit_cursor, next::wait, next::done>;

/// Where the events are that a sink wants, of those that its sink worker has not read: none is before `first` or after
/// `last`. Anything may be between them.
struct wanted_range {
    std::uint64_t first = 0;
    std::uint64_t last = UINT64_MAX;
};

/// The decisions of a sink worker, without its thread, sockets or clocks: told what happened, it says what to do next.
/// An event that is new to the sink worker is filtered out, waiting, in flight or finished: delivered, or with a row in
/// the journal for a retry or as a dead letter. The cursor is before the first unfinished event, and rows are written
/// to the journal before the cursor that passes them. An event that an unavailable sink could not take waits again, in
/// its place, and nothing new begins until the sink has been paused for a while. At a stop, unfinished events before
/// finished ones get a row, too, so that the cursor can pass both. Failed events that are due are tried along with new
/// ones: the kind with less in flight goes first, and on a tie they take turns.
///
/// Work that each commit of the journal would repeat is done in steps: events that the sink does not want wake it, and
/// move its cursor, at most once in `filtered_step`; and a sink with a gather_time begins no batch sooner than that
/// after a batch that left no event behind.
class sink_worker_fsm {
public:
    struct start {
        std::uint64_t cursor = 0;  ///< The sink's position.
        std::uint64_t newest = 0;  ///< The last event in the journal.
        bool rows_waiting = false; ///< The sink has failures that wait for an attempt.
        bool rows = false;         ///< It has failures, waiting or dead.
        std::size_t batch_limit = 1;
        std::chrono::milliseconds gather_time{};   ///< sinks::sink::gather_time
        std::chrono::milliseconds filtered_step{}; ///< For how long filtered events may be passed unnoticed.
    };

    sink_worker_fsm(const sink_settings& settings, const start& from, random_source random);

    action next(time_pair now);

    /// The number of the last event that was committed, and which of those that did not arrive are wanted: the others
    /// are passed without being read.
    void newest(std::uint64_t sequence, const wanted_range& wanted = {});
    /// The result of `read`. If it goes no further though there are newer events, the journal is read again a little
    /// later.
    void arrived(read_events what, time_pair now);
    /// The result of `query`.
    void found(std::vector<journal::due_event> rows, time_pair now) { due_.found(std::move(rows), now); }
    /// The result of `deliver`: one outcome per event. Missing ones count as `unavailable`.
    void finished(std::uint64_t ticket, std::span<const sinks::outcome> outcomes, time_pair now);
    /// The last event that has arrived or was passed.
    std::uint64_t position() const { return position_; }
    /// Before the first unfinished event; unused numbers are passed along with their neighbours.
    std::uint64_t cursor() const;
    /// When the first unfinished event was accepted; empty: none is known here.
    std::optional<unix_millis> oldest() const;
    /// The sink is unavailable for all events and paused for a while.
    bool on_hold() const { return backoff_.down(); }
    /// When it next tries: the sink while it is on hold, or else the earliest failed event; empty: none is known.
    std::optional<steady_time> next_try() const { return on_hold() ? backoff_.until() : due_.earliest(); }
    /// Begins nothing until it is resumed.
    void pause(bool paused) { paused_ = paused; }
    /// A repair has changed the failures in the journal.
    void look_again(time_pair now) { due_.look_again(now); }
    /// Begins nothing from now on.
    void stop() { stopping_ = true; }

private:
    struct under_way {
        std::vector<sinks::delivery> batch;
        std::uint64_t epoch;
        bool again; // a retry of a failed event
        time_pair begun;
    };
    using note = std::variant<next::nack, next::ack, next::leave>;

    void pass_filtered(steady_time now);
    const event* first_open() const;
    bool may_tell(steady_time now) const;
    bool may_begin(steady_time now) const;
    bool may_read(steady_time now) const;
    bool dues_first(bool new_ones) const;
    void leave_behind(time_pair now);
    action begin(bool again, time_pair now);
    std::vector<sinks::delivery> take_new();
    next::wait rest(steady_time now) const;

    void settle_one(const under_way& delivery, const sinks::delivery& what, const sinks::outcome& outcome,
                    time_pair now);
    void failed(const sinks::delivery& what, const sinks::outcome& outcome, const under_way& delivery, time_pair now);
    void put_back(const sinks::delivery& what, bool again);

    sink_settings settings_;
    random_source random_;
    std::size_t batch_limit_;
    std::size_t slots_;

    std::uint64_t newest_;
    wanted_range wanted_;
    std::uint64_t position_; // of the last event that arrived
    std::uint64_t told_;     // the cursor, as it is in the journal
    steady_time told_at_;
    bool finished_one_ = false; // since then
    steady_time moved_at_;      // when the position was last moved
    std::uint64_t done_ = 0;    // the last event that was new and is finished
    std::uint64_t rows_up_to_;  // events up to here may have a row though they arrive as new, after a crash
    steady_time read_at_;
    std::deque<sinks::delivery> waiting_;

    std::map<std::uint64_t, under_way> under_way_;
    std::uint64_t last_ticket_ = 0;
    std::size_t dues_under_way_ = 0;
    bool dues_turn_ = false;

    retry_queue due_;
    backoff_gate backoff_;
    std::chrono::milliseconds gather_time_;
    std::chrono::milliseconds filtered_step_;
    steady_time gather_until_;
    std::deque<note> notes_;
    bool paused_ = false;
    bool stopping_ = false;
};

} // namespace hookd::delivery
