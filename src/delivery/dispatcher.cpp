// SPDX-License-Identifier: MIT
#include "delivery/recent_events.hpp"
#include "delivery/sink_worker.hpp"

#include <hookd/core/mutex.hpp>
#include <hookd/delivery/dispatcher.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace hookd::delivery {

namespace {

/// For a sink to finish after it was cancelled.
constexpr std::chrono::seconds after_cancelling{1};
/// For a sink that a reload changes or removes to finish deliveries in flight.
constexpr std::chrono::seconds for_a_change{5};
/// For sinks to be built; one that takes longer counts as hanging.
constexpr std::chrono::seconds for_builders{2};
/// For the builders of an abandoned change to return.
constexpr std::chrono::seconds for_abandoned_builders{1};
/// How often those waits check whether they must be cut short.
constexpr std::chrono::milliseconds hurry_period{50};

using workers = std::vector<std::shared_ptr<sink_worker>>;

const std::shared_ptr<sink_worker>* find(const workers& among, std::string_view name) {
    const auto found = std::ranges::find(among, name, [](const auto& each) { return each->name(); });
    return found == among.end() ? nullptr : &*found;
}

/// Waits until `came_before(time)` is true, until `until`, or until the wait must be cut short. Returns whether it is
/// true.
template <class Came>
bool comes(steady_time until, const std::atomic<bool>& expedite, const Came& came_before) {
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        if (came_before(std::min(until, now + hurry_period))) {
            return true;
        }
        if (now >= until || expedite) {
            return false;
        }
    }
}

journal::sink_scope scope_of(const sink_settings& sink) {
    return {.name = sink.name, .filters = sink.filters};
}

std::unexpected<error> stopping() {
    return std::unexpected(error{"the daemon is stopping"});
}

/// Stops the sink workers and waits until they have ended; what takes longer than `patience`, or is still in flight
/// when the wait must be cut short, is cancelled; what hangs even then is detached. Sinks that are known to hang are
/// not waited for.
void end(const workers& leaving, std::chrono::milliseconds patience, const std::atomic<bool>& expedite) {
    for (const auto& each : leaving) {
        each->stop();
    }
    workers late;
    const auto patient_until = std::chrono::steady_clock::now() + patience;
    for (const auto& each : leaving) {
        const auto ended_before = [&](steady_time time) { return each->ended_before(time); };
        if (each->hangs() || !comes(patient_until, expedite, ended_before)) {
            late.push_back(each);
        }
    }
    for (const auto& each : late) {
        each->cancel();
    }
    const auto last_moment = std::chrono::steady_clock::now() + after_cancelling;
    for (const auto& each : late) {
        if (!each->ended_before(last_moment)) {
            each->detach();
            spdlog::warn("sink {}: hangs, stopping without it; its deliveries in flight are repeated", each->name());
        }
    }
}

class threaded_dispatcher final : public dispatcher {
public:
    threaded_dispatcher(sink_builder build, const journal_parts& journal, wall_clock clock)
        : build_{std::move(build)}, journal_{journal}, clock_{clock},
          newest_events_{std::make_shared<recent_events>(journal.log.last_sequence(), recent_events::limits{})} {}

    ~threaded_dispatcher() override { stop(std::chrono::milliseconds{0}); }
    threaded_dispatcher(const threaded_dispatcher&) = delete;
    threaded_dispatcher& operator=(const threaded_dispatcher&) = delete;

    void committed(std::span<const event_ptr> events) override {
        const mutex_lock lock{mutex_};
        if (workers_.empty()) { // a later sink reads them from the journal
            newest_events_->skip_to(events.back()->sequence);
            return;
        }
        wanted_.assign(events.size(), false);
        auto read_by_all = UINT64_MAX;
        for (const auto& each : workers_) {
            each->mark_wanted(events, wanted_);
            read_by_all = std::min(read_by_all, each->has_read());
        }
        newest_events_->drop(read_by_all);
        newest_events_->push(events, wanted_);
        for (const auto& each : workers_) {
            each->committed();
        }
    }

    void reopen() override {
        for (const auto& each : running()) {
            each->reopen();
        }
    }

    void look_again(std::string_view sink) override {
        const auto now = running();
        if (const auto* const found = find(now, sink)) {
            (*found)->look_again();
        }
    }

    bool pause(std::string_view sink, bool paused) override {
        const auto now = running();
        const auto* const found = find(now, sink);
        if (found != nullptr) {
            (*found)->pause(paused);
        }
        return found != nullptr;
    }

    std::vector<sink_metrics> metrics() const override {
        std::vector<sink_metrics> all;
        for (const auto& each : running()) {
            all.push_back(each->metrics());
        }
        return all;
    }

    result<std::unique_ptr<change>> prepare(std::span<const sink_settings> sinks) override;

    void look_for_hanging() override {
        for (const auto& each : running()) {
            each->look_for_hanging();
        }
    }

    /// The sink workers are kept, so that their positions can still be queried.
    void stop(std::chrono::milliseconds patience) override {
        expedite_ = true;
        if (!std::exchange(stopped_, true)) {
            const std::chrono::milliseconds to_cancel = after_cancelling;
            end(running(), std::max(patience - to_cancel, patience / 2), std::atomic<bool>{false});
        }
    }

    void expedite() override { expedite_ = true; }

private:
    /// A sink worker in its place in the new order: one that keeps running, or one that has not begun yet.
    struct place {
        std::shared_ptr<sink_worker> feeding;
        bool runs_on = false;
    };

    /// Prepared sinks, which wait for their commit.
    class prepared final : public change {
    public:
        explicit prepared(threaded_dispatcher& owner) : owner_{owner} {}
        prepared(const prepared&) = delete;
        prepared& operator=(const prepared&) = delete;
        ~prepared() override {
            const std::chrono::milliseconds patience = for_abandoned_builders;
            const auto deadline = std::chrono::steady_clock::now() + (owner_.expedite_ ? hurry_period : patience);
            for (const auto& each : places) { // after a commit none is left
                if (!each.runs_on) {
                    each.feeding->abandon(deadline);
                }
            }
            for (const auto& name : opened) {
                owner_.journal_.store.close_sink(name);
            }
        }
        void commit() override { owner_.take_over(*this); }

        std::vector<place> places;
        std::vector<std::string> opened; // sinks that the journal did not feed before

    private:
        threaded_dispatcher& owner_;
    };

    workers running() const {
        const mutex_lock lock{mutex_};
        return workers_;
    }
    void take_over(prepared& next);

    sink_builder build_;
    const journal_parts journal_;
    wall_clock clock_;
    std::shared_ptr<recent_events> newest_events_;
    std::atomic<bool> expedite_{false}; // the process is about to exit
    bool stopped_ = false;              // of the thread that stops
    mutable mutex mutex_;
    workers workers_ HOOKD_GUARDED_BY(mutex_);
    std::vector<bool> wanted_ HOOKD_GUARDED_BY(mutex_); // of the current commit's events, by any sink
};

result<std::unique_ptr<change>> threaded_dispatcher::prepare(std::span<const sink_settings> sinks) {
    auto next = std::make_unique<prepared>(*this);
    const auto now = running();
    for (const auto& each : sinks) {
        const auto* const there = find(now, each.name);
        if (there != nullptr && (*there)->settings() == each) {
            next->places.push_back({.feeding = *there, .runs_on = true});
            continue;
        }
        try {
            auto feeding = std::make_shared<sink_worker>(
                each, sink_worker::place{.journal = journal_, .newest_events = newest_events_, .clock = clock_});
            next->places.push_back({.feeding = feeding});
            feeding->start(build_);
        } catch (const std::exception& caught) {
            return std::unexpected(error{"sink " + each.name + ": " + caught.what()});
        }
    }
    const auto patient_until = std::chrono::steady_clock::now() + for_builders;
    for (const auto& place : next->places) {
        if (place.runs_on) {
            continue;
        }
        auto& feeding = *place.feeding;
        const auto returned_before = [&](steady_time time) { return feeding.builder_returned_before(time); };
        if (!comes(patient_until, expedite_, returned_before) && expedite_) {
            return stopping();
        }
        if (const auto built = feeding.built(); !built) {
            return std::unexpected(error{"sink " + feeding.name() + ": " + built.error().message});
        }
    }
    // Last, since the journal keeps them: everything that needs descriptors or threads has been created.
    for (const auto& each : sinks) {
        if (expedite_) {
            return stopping();
        }
        if (find(now, each.name) != nullptr) {
            continue;
        }
        if (const auto known = journal_.store.open_sink(scope_of(each)); !known) {
            return std::unexpected(error{"sink " + each.name + ": " + known.error().message});
        }
        next->opened.push_back(each.name);
    }
    return next;
}

/// The cursor of a changed sink is only known once its sink worker has ended. If the journal has failed meanwhile, the
/// process is about to exit anyway, and the exception speeds that up.
void threaded_dispatcher::take_over(prepared& next) {
    workers all;
    for (const auto& each : next.places) {
        all.push_back(each.feeding);
    }
    auto leaving = running();
    std::erase_if(leaving, [&](const auto& each) { return std::ranges::find(all, each) != all.end(); });
    end(leaving, for_a_change, expedite_);
    for (const auto& each : leaving) {
        if (find(all, each->name()) == nullptr) {
            journal_.store.close_sink(each->name());
            spdlog::info("sink {}: removed", each->name());
        }
    }
    {
        const mutex_lock lock{mutex_};
        newest_events_->skip_to(newest_events_->newest()); // new filters may want what was left out
        workers_ = std::move(all); // before they begin: a commit that a sink worker does not see itself must wake it
    }
    for (auto& each : next.places) {
        if (!each.runs_on) {
            each.feeding->begin(journal_.store.open_sink(scope_of(each.feeding->settings())).value());
            each.runs_on = true;
        }
    }
    next.places.clear();
    next.opened.clear();
}

} // namespace

result<std::unique_ptr<dispatcher>> start(std::span<const sink_settings> sinks, const sink_builder& build,
                                          journal::event_log& log, journal::delivery_store& store, wall_clock clock) {
    auto made = std::make_unique<threaded_dispatcher>(build, journal_parts{.log = log, .store = store}, clock);
    auto ready = made->prepare(sinks);
    if (!ready) {
        return std::unexpected(ready.error());
    }
    (*ready)->commit();
    return made;
}

} // namespace hookd::delivery
