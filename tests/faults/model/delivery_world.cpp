// SPDX-License-Identifier: MIT
#include "delivery_world.hpp"

#include "delivery/retry_plan.hpp"

#include <algorithm>

namespace hookd::model {

using namespace std::chrono_literals;
using journal::delivery_state;

delivery_world::delivery_world(std::uint64_t seed) : fixture_{seed}, batch_limit_{1} {
    auto& random = fixture_.random();
    batch_limit_ = random.one_in(2) ? 3 : 1;
    settings_.concurrency = static_cast<unsigned>(random.between(1, 3));
    settings_.retry.attempts = static_cast<unsigned>(random.between(1, 4));
    settings_.retry.first = random.one_in(3) ? 0ms : 1s;
    settings_.retry.max = random.one_in(2) ? 10s : 20min;
    follow();
}

void delivery_world::perform(const step& what) {
    prng random{what.salt};
    fixture_.loud(random.one_in(3));
    common_steps common{fixture_, random};
    static constexpr std::uint64_t own = 16;
    const auto kind = what.kind % (common_steps::kinds + own);
    if (kind >= common_steps::kinds) {
        use_sink_worker(kind, random);
    } else {
        perform(kind, common, random);
    }
    if (random.one_in(2)) {
        fixture_.check();
    }
    fixture_.loud(false);
    fixture_.check_if_swept();
    fixture_.recovered();
    follow();
}

void delivery_world::perform(std::uint64_t kind, common_steps& common, prng& random) {
    switch (kind) {
    case 7:
    case 8:
    case 9:
        return configure(random);
    case 10:
    case 11:
        return apply(common);
    case 12:
        return pause(random);
    case 19:
        return restart(random);
    default:
        common.perform(kind);
    }
}

/// Sinks come and go, and change their settings.
void delivery_world::configure(prng& random) {
    const auto sink = random.of(scopes()).name;
    const auto running = workers_.find(sink);
    if (running == workers_.end()) {
        fixture_.note("add " + sink);
        configured_.insert(sink);
        return add(sink);
    }
    running->second->stop(random);
    if (disk::instance().dead()) {
        return;
    }
    workers_.erase(running);
    if (random.one_in(3)) {
        fixture_.note("remove " + sink);
        configured_.erase(sink);
        return fixture_.close_sink(sink);
    }
    fixture_.note("change " + sink);
    add(sink);
}

void delivery_world::add(const std::string& sink) {
    const auto state = fixture_.open_sink(sink);
    if (!state) {
        if (!disk::instance().dead()) {
            configured_.erase(sink); // the disk is full: nothing is changed
        }
        return;
    }
    const auto [details, fresh] = stories_.try_emplace(sink);
    if (fresh) {
        details->second.begins_after = state->cursor;
    }
    auto settings = settings_;
    settings.name = sink;
    settings.filters = scope_of(sink).filters;
    workers_[sink] = std::make_unique<sink_worker>(fixture_, *newest_, details->second, settings, batch_limit_, *state);
}

/// As the admin API does: the journal first, then the sink workers.
void delivery_world::apply(common_steps& common) {
    const auto what = common.draw_repair();
    const auto before = fixture_.expected();
    if (what.kind == journal::repair_kind::drop && !what.dry_run) {
        for (auto& [sink, details] : stories_) {
            for (const auto& [sequence, row] : before.sinks.at(sink).rows) {
                if (row.dead) {
                    details.dropped.insert(sequence); // perhaps; but nothing else may take it away
                }
            }
        }
    }
    if (!fixture_.apply(what)) {
        return;
    }
    for (auto& [sink, running] : workers_) {
        std::set<std::uint64_t> replayed;
        const auto& old = before.sinks.at(sink).rows;
        for (const auto& [sequence, row] : fixture_.expected().sinks.at(sink).rows) {
            const auto was = old.find(sequence);
            if (row.attempts == 0 && (was == old.end() || was->second.attempts > 0)) {
                replayed.insert(sequence);
            }
        }
        stories_.at(sink).owed.insert(replayed.begin(), replayed.end());
        running->look_again(replayed);
    }
}

void delivery_world::pause(prng& random) {
    const auto sink = random.of(scopes()).name;
    const bool paused = random.one_in(2);
    const auto running = workers_.find(sink);
    if (running == workers_.end()) {
        return;
    }
    fixture_.note((paused ? "pause " : "resume ") + sink);
    if (fixture_.pause(sink, paused)) {
        running->second->pause(paused);
    }
}

void delivery_world::restart(prng& random) {
    fixture_.note("restart");
    for (auto& [sink, running] : workers_) {
        if (!disk::instance().dead()) {
            running->stop(random);
        }
    }
    if (!fixture_.recovered()) {
        fixture_.restart();
    }
}

void delivery_world::use_sink_worker(std::uint64_t kind, prng& random) {
    const auto found = workers_.find(random.of(scopes()).name);
    if (found == workers_.end()) {
        return;
    }
    if (kind % 2 == 0) {
        fixture_.note("sink worker " + found->first + " works");
        found->second->work(random.between(1, 12), random);
    } else {
        found->second->end_delivery(random, false);
    }
}

/// After whatever has happened: events that were committed are told to the sink workers, and after a start all is new.
void delivery_world::follow() {
    while (life_ != fixture_.life()) {
        life_ = fixture_.life();
        workers_.clear();
        newest_ = std::make_unique<delivery::recent_events>(
            fixture_.expected().last, delivery::recent_events::limits{.events = 4, .bytes = 100'000});
        const auto all = configured_;
        for (const auto& sink : all) {
            add(sink);
            if (fixture_.recovered()) {
                break;
            }
        }
    }
    const auto fresh = fixture_.fresh();
    newest_->push(fresh, std::vector<bool>(fresh.size(), true));
    fixture_.seen_fresh();
    for (const auto& [sequence, what] : fixture_.expected().events) {
        all_events_.emplace(sequence, what);
    }
}

/// Troubles are over: within the longest wait that there is, every sink has all that is its own.
void delivery_world::end() {
    disk::instance().let_grow(std::nullopt);
    disk::instance().live();
    fixture_.configure(std::uint64_t{4} << 30U);
    fixture_.check();
    follow();
    fixture_.note("all troubles are over");
    for (const auto& [sink, running] : workers_) {
        fixture_.pause(sink, false);
        running->pause(false);
    }
    prng random{1};
    const auto until = fixture_.steady() + delivery::longest_retry_after * 2;
    while (rest(until, random)) {
    }
    fixture_.check();
    judge();
    fixture_.sweep_all();
}

/// False: nothing is left to be done.
bool delivery_world::rest(delivery::steady_time until, prng& random) {
    auto next = delivery::steady_time::max();
    bool open = false;
    for (auto& [sink, running] : workers_) {
        do {
            while (running->busy()) {
                running->end_delivery(random, true);
            }
            running->work(1'000, random);
        } while (running->busy());
        const auto& place = fixture_.expected().sinks.at(sink);
        const auto waits = [](const auto& row) { return !row.second.dead; };
        const auto& events = fixture_.expected().events; // what it had not got may be deleted while it was away
        open = open || events.upper_bound(place.cursor) != events.end() || std::ranges::any_of(place.rows, waits);
        next = std::min(next, running->rests_until().value_or(fixture_.steady()));
        if (open && fixture_.steady() > until) {
            throw broken_promise("sink " + sink + " is stalled");
        }
    }
    if (open) {
        fixture_.pass(std::max(std::chrono::ceil<milliseconds>(next - fixture_.steady()), milliseconds{1}));
    }
    return open;
}

void delivery_world::judge() const {
    for (const auto& [sink, running] : workers_) {
        const auto& details = stories_.at(sink);
        const auto& rows = fixture_.expected().sinks.at(sink).rows;
        const auto given_up = fixture_.given_up().find(sink);
        const auto excused = [&](std::uint64_t sequence) {
            return rows.contains(sequence) || details.dropped.contains(sequence) ||
                   (given_up != fixture_.given_up().end() && given_up->second.contains(sequence));
        };
        for (const auto& [sequence, what] : all_events_) {
            const bool wanted = fixture_.expected().state_of(*what, scope_of(sink)) != delivery_state::filtered;
            if (wanted && sequence > details.begins_after && !details.delivered.contains(sequence) &&
                !excused(sequence)) {
                throw broken_promise("sink " + sink + " never got event " + std::to_string(sequence));
            }
        }
        for (const auto sequence : details.owed) {
            if (!excused(sequence)) {
                throw broken_promise("sink " + sink + " never got the replay of event " + std::to_string(sequence));
            }
        }
    }
}

} // namespace hookd::model
