// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/recent_events.hpp"
#include "delivery/revocable_journal.hpp"
#include "delivery/sink_worker_fsm.hpp"
#include "delivery/sink_worker_log.hpp"
#include "delivery/sink_worker_metrics.hpp"
#include "delivery/time_pair.hpp"

#include <hookd/core/detached_thread_guard.hpp>
#include <hookd/core/heartbeat.hpp>
#include <hookd/core/joinable_thread.hpp>
#include <hookd/core/time.hpp>
#include <hookd/delivery/dispatcher.hpp>
#include <hookd/journal/delivery_store.hpp>
#include <hookd/journal/event_log.hpp>
#include <hookd/sinks/settings.hpp>
#include <hookd/sinks/sink.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <future>
#include <latch>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace hookd::delivery {

/// A sink and the thread that feeds it: carries out the actions of sink_worker_fsm. Private functions run on that
/// thread unless noted otherwise; the sink may block it. The thread shares ownership of the sink worker and ends after
/// stop(), when nothing is in flight any more. A thread that hangs, in a write or a sync that does not return, is
/// detached: it keeps the sink worker alive, without access to the journal, until the process ends. If the call returns
/// after all, the sink worker begins nothing more, and its delivery is cancelled; but a sink that takes batches
/// finishes the current one. So it may deliver events once more, late, besides those of the sink worker that has taken
/// its place.
class sink_worker : public std::enable_shared_from_this<sink_worker> {
public:
    struct place {
        journal_parts journal;
        std::shared_ptr<const recent_events> newest_events;
        wall_clock clock;
        /// A sink that handles its own `timeout` gets this much longer before the sink worker cancels the delivery.
        std::chrono::milliseconds overtime{5'000};
    };

    sink_worker(sink_settings settings, const place& where);
    ~sink_worker();
    sink_worker(const sink_worker&) = delete;
    sink_worker& operator=(const sink_worker&) = delete;

    const std::string& name() const { return settings_.name; }
    const sink_settings& settings() const { return settings_; }
    /// Starts the thread, which builds the sink and waits for `begin` or `abandon`. Throws std::system_error if no
    /// thread can be created.
    void start(sink_builder build);
    /// Waits for the builder. Whether it has returned.
    bool builder_returned_before(steady_time deadline) const;
    /// Why the sink could not be built. A builder may hang, as its sink may: if it has not returned yet, the sink
    /// counts as hanging, and the sink worker may begin all the same; it starts deliveries once the builder returns.
    /// Call once.
    result<void> built();
    /// Cannot fail.
    void begin(const journal::sink_state& state);
    /// Instead of `begin`, or of both. Waits until the deadline for a builder that hangs.
    void abandon(steady_time deadline);

    // The journal's thread, for each commit, both under the dispatcher's lock; neither blocks:
    /// Before recent events get them: sets the flags of those that the sink wants.
    void mark_wanted(std::span<const event_ptr> events, std::vector<bool>& wanted);
    /// Recent events have them: wakes the sink worker if it waits for such.
    void committed();

    // Any thread, none of these blocks:
    /// Up to where it will read nothing any more.
    std::uint64_t has_read() const;
    void reopen();
    /// The journal's failures were changed by a repair.
    void look_again();
    void pause(bool paused);
    void stop();
    /// Cancels deliveries in flight.
    void cancel();
    /// The watchdog's thread, see dispatcher::look_for_hanging.
    void look_for_hanging();
    /// As of the last check.
    bool hangs() const { return hangs_; }
    sink_metrics metrics() const;

    /// Waits for the thread's end after stop(). Whether it came.
    bool ended_before(steady_time deadline);
    /// Instead of waiting any longer.
    void detach();

private:
    struct under_way {
        under_way(boost::asio::io_context& context, std::vector<std::uint64_t> batch)
            : events{std::move(batch)}, limit{context} {}
        std::vector<std::uint64_t> events;
        boost::asio::cancellation_signal cancel;
        boost::asio::steady_timer limit;
        bool timed_out = false;
    };

    enum class pausing : std::uint8_t { as_journal_says, no, yes };

    void run(const sink_builder& build);
    std::chrono::milliseconds stalled_for();
    void set_hanging(bool hangs);
    boost::asio::awaitable<void> loop();
    boost::asio::awaitable<read_events> read(std::uint64_t after);
    boost::asio::awaitable<std::vector<journal::due_event>> look(std::vector<std::uint64_t> except);
    boost::asio::awaitable<void> rest(next::wait what, std::uint64_t newest, std::uint64_t last_wanted);
    void begin(next::deliver what);
    void limit(std::uint64_t ticket, under_way& delivery);
    void ended(std::uint64_t ticket, const std::exception_ptr& failure, std::vector<sinks::outcome> outcomes);
    void tell(next::nack what);
    void log(const std::vector<sinks::outcome>& outcomes);
    time_pair now() const;

    std::optional<detached_thread_guard> detached_; // after detach; destroyed last
    sink_settings settings_;
    std::shared_ptr<const recent_events> newest_events_;
    wall_clock clock_;
    std::chrono::milliseconds overtime_;
    revocable_journal journal_;
    sink_worker_log log_;
    heartbeat heartbeat_;

    boost::asio::io_context context_{1};
    boost::asio::steady_timer wake_{context_};
    std::unique_ptr<sinks::sink> sink_;
    std::unique_ptr<sink_worker_fsm> plan_;
    std::map<std::uint64_t, under_way> under_way_; // by ticket; nodes stay where they are

    sink_worker_metrics metrics_;
    std::atomic<next::wake_on> wake_on_ = next::wake_on::nothing; // the loop waits for such a commit
    // A wanted_range of what is committed. They are set before recent events have it.
    std::atomic<std::uint64_t> first_wanted_ = 0;
    std::atomic<std::uint64_t> last_wanted_ = UINT64_MAX;
    std::atomic<std::uint64_t> position_ = 0; // of the plan
    std::uint64_t marked_up_to_ = UINT64_MAX; // these two: of the journal's thread; at first nothing is known
    bool marked_any_ = false;                 // of the last commit
    std::atomic<bool> stopping_ = false;      // these three: set by any thread, before the loop is woken
    std::atomic<bool> look_again_ = false;
    std::atomic<pausing> paused_ = pausing::as_journal_says;
    std::atomic<bool> hangs_ = false;
    std::atomic<unix_millis::rep> hangs_since_ = 0; // meaningful while it hangs
    std::optional<journal::sink_state> from_;       // set before begun_, unless the sink worker is abandoned
    std::latch begun_{1};
    std::promise<void> built_; // or the builder's exception
    std::future<void> ready_{built_.get_future()};
    std::atomic<bool> at_work_ = false; // the sink is built

    joinable_thread thread_; // of the starting and stopping thread
};

} // namespace hookd::delivery
