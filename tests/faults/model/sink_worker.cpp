// SPDX-License-Identifier: MIT
#include "sink_worker.hpp"

#include <algorithm>
#include <utility>

namespace hookd::model {

namespace next = delivery::next;
using namespace std::chrono_literals;
using sinks::verdict;

namespace {

constexpr std::size_t most_read = 5;

delivery::sink_worker_fsm::start start_of(const journal::sink_state& from, std::uint64_t newest,
                                          std::size_t batch_limit) {
    return {.cursor = from.cursor,
            .newest = newest,
            .rows_waiting = from.waiting > 0,
            .rows = from.waiting + from.dead > 0,
            .batch_limit = batch_limit,
            .gather_time = batch_limit > 1 ? 10ms : 0ms,
            .filtered_step = batch_limit > 1 ? 200ms : 0ms};
}

sinks::outcome draw(prng& random) {
    static const std::vector<verdict> all{verdict::delivered, verdict::delivered, verdict::delivered,  verdict::retry,
                                          verdict::retry,     verdict::reject,    verdict::unavailable};
    return {.what = random.of(all),
            .retry_after = random.one_in(5) ? milliseconds{random.below(7'200'000)} : milliseconds{0},
            .detail = "said " + std::to_string(random.below(10))};
}

} // namespace

sink_worker::sink_worker(fixture& in, const delivery::recent_events& newest, sink_delivery& details,
                         const sink_settings& settings, std::size_t batch_limit, const journal::sink_state& from)
    : fixture_{in}, newest_{newest}, story_{details}, settings_{settings}, in_steps_{batch_limit > 1},
      jitter_{in.random().next()},
      plan_{settings, start_of(from, newest.newest(), batch_limit), [this] { return jitter_.fraction(); }},
      exact_{!disk::instance().limited() && from.waiting + from.dead == 0} {
    plan_.pause(from.paused);
}

void sink_worker::work(std::uint64_t most_actions, prng& random) {
    rests_until_.reset();
    for (; most_actions > 0 && !stopped_ && !disk::instance().dead(); --most_actions) {
        if (looked_) {
            plan_.found(*std::exchange(looked_, std::nullopt), now());
        }
        plan_.newest(newest_.newest(), in_steps_ ? unread() : delivery::wanted_range{});
        if (!perform(plan_.next(now()), random)) {
            return;
        }
    }
}

/// What a commit finds out for a sink worker.
delivery::wanted_range sink_worker::unread() const {
    delivery::wanted_range range{.first = 0, .last = plan_.position()};
    for (const auto& [sequence, what] : fixture_.expected().events) {
        if (sequence > plan_.position() && wants(settings_.filters, *what)) {
            range.first = range.first == 0 ? sequence : range.first;
            range.last = sequence;
        }
    }
    return range;
}

/// False: for now that was all.
bool sink_worker::perform(delivery::action step, prng& random) {
    const auto& sink = settings_.name;
    if (auto* deliver = std::get_if<next::deliver>(&step)) {
        begin(std::move(*deliver));
    } else if (const auto* fetch = std::get_if<next::read>(&step)) {
        return read(fetch->after);
    } else if (auto* look = std::get_if<next::look>(&step)) {
        looked_ = fixture_.due(sink, unix_millis::max(), delivery::retry_queue::most, std::move(look->except));
        return looked_ && !random.one_in(4); // else the answer comes later
    } else if (auto* failed = std::get_if<next::nack>(&step)) {
        const auto sequence = failed->row.sequence;
        fixture_.note("  " + sink + (failed->row.dead ? " buries " : " fails ") + std::to_string(sequence));
        if (failed->row.dead) {
            story_.owed.erase(sequence);
        }
        fixture_.nack(sink, std::move(failed->row));
    } else if (const auto* ack = std::get_if<next::ack>(&step)) {
        fixture_.note("  " + sink + " settles " + std::to_string(ack->sequence));
        story_.owed.erase(ack->sequence);
        fixture_.ack(sink, ack->sequence);
    } else if (auto* left = std::get_if<next::leave>(&step)) {
        fixture_.note("  " + sink + " leaves " + std::to_string(left->row.sequence));
        fixture_.nack(sink, std::move(left->row));
    } else if (const auto* commit_cursor = std::get_if<next::commit_cursor>(&step)) {
        fixture_.note("  " + sink + " advances to " + std::to_string(commit_cursor->cursor));
        fixture_.commit_cursor(sink, commit_cursor->cursor);
    } else if (const auto* wait = std::get_if<next::wait>(&step)) {
        rests_until_ = wait->until;
        return false;
    } else {
        stopped_ = true;
        return false;
    }
    return true;
}

bool sink_worker::read(std::uint64_t after) {
    auto events = newest_.after(after, most_read, 1U << 20U);
    if (!events) {
        auto stored = fixture_.read(after, most_read);
        if (!stored) {
            return false;
        }
        const auto up_to = stored->empty() ? after : stored->back()->sequence;
        events = delivery::read_events{.events = std::move(*stored), .up_to = up_to};
    }
    plan_.arrived(std::move(*events), now());
    return true;
}

/// First tries come in the journal's order, only of what the sink asks for, and what is done is not done again.
void sink_worker::begin(next::deliver what) {
    std::string names;
    const auto& rows = fixture_.expected().sinks.at(settings_.name).rows;
    for (const auto& each : what.batch) {
        const auto sequence = each.what->sequence;
        const auto number = std::to_string(sequence);
        names += " " + number + (each.attempt > 1 ? " (try " + std::to_string(each.attempt) + ")" : "");
        const auto scope = scope_of(settings_.name);
        const bool has_row = rows.contains(sequence);
        if (!has_row && fixture_.expected().state_of(*each.what, scope) == journal::delivery_state::filtered) {
            throw broken_promise("sink " + settings_.name + " gets event " + number + ", which it does not ask for");
        }
        if (exact_ && done_.contains(sequence)) {
            throw broken_promise("sink " + settings_.name + " gets event " + number + " again, which is done");
        }
        if (!has_row && !done_.contains(sequence) && tried_.insert(sequence).second) {
            if (sequence < first_tried_) {
                throw broken_promise("sink " + settings_.name + " gets event " + number + " after event " +
                                     std::to_string(first_tried_));
            }
            first_tried_ = sequence;
        }
    }
    fixture_.note("  " + settings_.name + " is given" + names);
    under_way_.emplace(what.ticket, std::move(what.batch));
}

void sink_worker::end_delivery(prng& random, bool well) {
    if (under_way_.empty()) {
        return;
    }
    const auto which = std::next(under_way_.begin(), static_cast<std::ptrdiff_t>(random.below(under_way_.size())));
    std::vector<sinks::outcome> outcomes;
    for (const auto& each : which->second) {
        const auto sequence = each.what->sequence;
        outcomes.push_back(well ? sinks::outcome{} : draw(random));
        if (outcomes.back().what == verdict::delivered) {
            story_.delivered.insert(sequence);
            done_.insert(sequence);
        }
    }
    const auto ticket = which->first;
    under_way_.erase(which);
    plan_.finished(ticket, outcomes, now());
}

void sink_worker::stop(prng& random) {
    plan_.stop();
    while (!under_way_.empty()) {
        if (random.one_in(2)) {
            end_delivery(random, false);
            continue;
        }
        const auto ticket = under_way_.begin()->first;
        under_way_.erase(under_way_.begin());
        plan_.finished(ticket, {}, now());
    }
    work(1'000, random);
}

void sink_worker::look_again(const std::set<std::uint64_t>& replayed) {
    for (const auto sequence : replayed) {
        done_.erase(sequence);
    }
    plan_.look_again(now());
}

} // namespace hookd::model
