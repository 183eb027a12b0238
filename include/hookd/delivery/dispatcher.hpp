// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/change.hpp>
#include <hookd/core/time.hpp>
#include <hookd/delivery/metrics.hpp>
#include <hookd/journal/delivery_store.hpp>
#include <hookd/journal/event_log.hpp>
#include <hookd/sinks/settings.hpp>
#include <hookd/sinks/sink.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace hookd::delivery {

/// Builds the sink of a sink worker, on its thread; sinks::build in the daemon.
using sink_builder = std::function<std::unique_ptr<sinks::sink>(const sink_settings&, boost::asio::io_context& worker)>;

/// Delivers the journal's events to the sinks, with a sink worker and a thread for each. Sink workers are independent
/// of each other.
class dispatcher {
public:
    virtual ~dispatcher() = default;

    /// Takes the events that a commit stored, in bounded memory; the rest is read from the journal. Any thread; does
    /// not block.
    virtual void committed(std::span<const event_ptr> events) = 0;

    /// Reopens the files of all sinks. Any thread; does not block.
    virtual void reopen() = 0;

    /// The sink's failures in the journal were changed durably: its sink worker reads them again. Any thread; does not
    /// block.
    virtual void look_again(std::string_view sink) = 0;

    /// Pauses or resumes the sink's worker; deliveries in flight continue. For this run: the journal keeps the state,
    /// and new sink workers begin with it. False: unknown sink. Any thread; does not block.
    virtual bool pause(std::string_view sink, bool paused) = 0;

    /// Prepares another set of sinks: builds those that are new or changed. After `commit` they are fed from the
    /// position that the journal has for the sink's name; deliveries of a changed or removed sink get a few seconds to
    /// finish, and are repeated if they do not; a sink that hangs gets none and is detached. A sink that stays the same
    /// is not affected. Not during another change; both steps block.
    ///
    /// `hurry` and `stop` may be called while a change is prepared: until its first sink is opened in the journal the
    /// change fails at once; after that it is ready, and may be destroyed at any time. Once either was called, every
    /// change fails. The caller ensures that `stop` is not called during a `commit`, and no `commit` after `stop`.
    virtual result<std::unique_ptr<change>> prepare(std::span<const sink_settings> sinks) = 0;

    /// Any thread: the process is about to exit, so a change in progress no longer waits for deliveries in flight or
    /// for builders.
    virtual void expedite() = 0;

    /// Watchdog thread, regularly: finds the sinks that hang, whose threads have not responded for longer than their
    /// sinks may take. Such a sink is unavailable, which is logged and shown in its metrics.
    virtual void look_for_hanging() = 0;

    /// One per sink, in the order of the configuration. Any thread; does not block.
    virtual std::vector<sink_metrics> metrics() const = 0;

    /// Starts nothing new and waits until deliveries in flight have finished or `patience` is nearly over, then cancels
    /// them; what was not delivered is delivered after the next start. Does not wait for sinks that hang. Blocking;
    /// once. Afterwards the journal, which must still be open, has every cursor.
    virtual void stop(std::chrono::milliseconds patience) = 0;
};

/// Registers every sink with the journal and starts the sink workers. An error names the sink.
result<std::unique_ptr<dispatcher>> start(std::span<const sink_settings> sinks, const sink_builder& build,
                                          journal::event_log& log, journal::delivery_store& store, wall_clock clock);

} // namespace hookd::delivery
