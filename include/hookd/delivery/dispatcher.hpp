// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/change.hpp>
#include <hookd/core/settings.hpp>
#include <hookd/core/time.hpp>
#include <hookd/delivery/metrics.hpp>
#include <hookd/journal/delivery_store.hpp>
#include <hookd/journal/event_log.hpp>
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

/// Hands the journal's events to the sinks: a sink worker, with a thread, for each. Sink workers know nothing of one
/// another.
class dispatcher {
public:
    virtual ~dispatcher() = default;

    /// Takes over what a commit stored; bounded memory, the rest is read from the journal. Any thread; does not block.
    virtual void committed(std::span<const event_ptr> events) = 0;

    /// Files of all sinks anew. Any thread; does not block.
    virtual void reopen() = 0;

    /// Somebody has changed the sink's failures in the journal, durably: its sink worker looks at them anew. Any
    /// thread; does not block.
    virtual void look_again(std::string_view sink) = 0;

    /// The sink's sink worker begins nothing any more, or does again; what is under way goes on. For this run: the
    /// journal keeps it, and sink workers begin as it says. False: no such sink. Any thread; does not block.
    virtual bool pause(std::string_view sink, bool paused) = 0;

    /// Makes another set of sinks ready: builds those that are new or changed. After `commit` they are fed from where
    /// the journal says that the sink of that name stands; what a changed or removed sink has in hand is given a few
    /// seconds to end, and is delivered again where it does not; one that hangs is given none, and is left behind. A
    /// sink that stays the same notices nothing. Not while another change is under way; both steps block.
    ///
    /// `hurry` and `stop` may be called while a change is prepared: before its first sink is opened in the journal it
    /// is refused, at once; after that it is ready, and may be destroyed at any time. Once either was called every
    /// change is refused. The caller sees to it that `stop` is not called during a `commit`, and no `commit` after
    /// `stop`.
    virtual result<std::unique_ptr<change>> prepare(std::span<const sink_settings> sinks) = 0;

    /// Any thread: the process is to end, so a change under way waits no longer for what sinks have in hand, nor for
    /// their builders.
    virtual void expedite() = 0;

    /// A watchdog's thread, again and again: finds the sinks that hang, whose threads have owed an answer for longer
    /// than their sinks may take. Such a sink is unavailable, and says so in the log and in its figures.
    virtual void look_for_hanging() = 0;

    /// One a sink, in the order of the configuration. Any thread; does not block.
    virtual std::vector<sink_metrics> metrics() const = 0;

    /// Starts nothing new and waits until what is under way has ended or `patience` is nearly over, then cancels it;
    /// what was not delivered is delivered after the next start. No sink that hangs is waited for. Blocking; once.
    /// Afterwards every cursor was given to the journal, which must still be open.
    virtual void stop(std::chrono::milliseconds patience) = 0;
};

/// Makes every sink known to the journal and starts the sink workers. An error names the sink.
result<std::unique_ptr<dispatcher>> start(std::span<const sink_settings> sinks, const sink_builder& build,
                                          journal::event_log& log, journal::delivery_store& store, wall_clock clock);

} // namespace hookd::delivery
