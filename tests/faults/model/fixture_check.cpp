// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include <algorithm>

namespace hookd::model {

using journal::delivery_state;
using namespace std::chrono_literals;

namespace {

/// What comes after a young event may be old by a clock that was set: it may go, with all before it, but need not.
std::uint64_t last_old(const state& of, std::uint64_t limit, unix_millis now, milliseconds keep, bool surely) {
    std::uint64_t old = 0;
    for (const auto& [sequence, what] : of.events) {
        const bool young = what->accepted > now - keep;
        if (sequence > limit || (surely && young && what->accepted <= now)) {
            break;
        }
        old = young ? old : sequence;
    }
    return old;
}

} // namespace

/// All in one turn: no retention comes between.
state fixture::observe() {
    const auto loud = std::exchange(loud_, false);
    const auto events = begin(journal_->read(0, 1'000, byte_size{16U << 20U}));
    const auto past = begin(journal_->query({.filter = {}, .scopes = scopes(), .most = 1'000}));
    std::map<std::string, slot<journal::storage_result<journal::sink_state>>> looks;
    for (const auto& each : scopes()) {
        looks.emplace(each.name, begin(journal_->state(each.name)));
    }
    turn();
    loud_ = loud;
    state seen;
    if (disk::instance().dead()) {
        return seen;
    }
    const bool answered = *events && **events && *past && **past &&
                          std::ranges::all_of(looks, [](const auto& each) { return *each.second && **each.second; });
    if (!answered || (**past)->more) {
        throw broken_promise("the journal does not answer");
    }
    seen.last = journal_->last_sequence();
    for (const auto& each : ***events) {
        seen.events[each->sequence] = each;
    }
    std::map<std::string, journal::sink_state> metrics;
    for (const auto& [name, look] : looks) {
        const auto& place = ***look;
        metrics.emplace(name, place);
        if (known_.contains(name)) {
            seen.sinks[name].cursor = place.cursor;
            seen.sinks[name].paused = place.paused;
        }
    }
    for (const auto& details : (**past)->events) {
        for (const auto& each : details.sinks) {
            const bool ended = each.state == delivery_state::delivered || each.state == delivery_state::dropped;
            if (ended && each.attempts > 0) {
                seen.sinks[each.sink].ends[details.head.sequence] = {.dropped = each.state == delivery_state::dropped,
                                                                     .attempts = each.attempts};
            }
            if (each.state == delivery_state::retrying || each.state == delivery_state::dead) {
                seen.sinks[each.sink].rows[details.head.sequence] = {.sequence = details.head.sequence,
                                                                     .attempts = each.attempts,
                                                                     .next_try = each.next_try,
                                                                     .dead = each.state == delivery_state::dead,
                                                                     .detail = each.detail};
            }
        }
    }
    compare_figures(metrics, seen);
    return seen;
}

/// Counts and what the metrics read, against the rows that are there.
void fixture::compare_figures(const std::map<std::string, journal::sink_state>& metrics, const state& seen) const {
    for (const auto& name : opened_) {
        const auto& rows = seen.sinks.at(name).rows;
        const auto dead =
            static_cast<std::uint64_t>(std::ranges::count_if(rows, [](const auto& each) { return each.second.dead; }));
        std::optional<unix_millis> next;
        for (const auto& [sequence, row] : rows) {
            if (!row.dead) {
                next = std::min(next.value_or(row.next_try), row.next_try);
            }
        }
        const auto& shown = metrics.at(name);
        if (shown.dead != dead || shown.waiting != rows.size() - dead || shown.next_try != next) {
            throw broken_promise("sink " + name + " counts " + std::to_string(shown.waiting) + " waiting and " +
                                 std::to_string(shown.dead) + " dead, or has another next try, where " +
                                 std::to_string(rows.size() - dead) + " and " + std::to_string(dead) + " are");
        }
        const auto board = journal_->metrics().sinks.find(name);
        const bool limited = disk::instance().limited();
        if (!limited &&
            (!board || board->cursor != shown.cursor || board->dead != dead || board->waiting != shown.waiting)) {
            throw broken_promise("the metrics of sink " + name + " are not what it is like");
        }
    }
}

bool fixture::holds(const std::string& sink) const {
    return opened_.contains(sink) || (!closed_.contains(sink) && steady() - born_ < limits_.sink_grace);
}

/// The last event that is old, or is before one that is: see docs/journal.md.
std::uint64_t fixture::old_by_now() const {
    auto limit = expected().last;
    for (const auto& [name, place] : expected().sinks) {
        limit = holds(name) ? std::min(limit, place.cursor) : limit;
    }
    return last_old(expected(), limit, aged(), settings_.retention, false);
}

std::set<std::uint64_t> fixture::free_up_to(std::uint64_t old) const {
    std::set<std::uint64_t> found;
    for (const auto& [sequence, what] : expected().events) {
        const auto held = [&, number = sequence](const auto& each) {
            return holds(each.first) && (each.second.cursor < number || each.second.rows.contains(number));
        };
        if (sequence <= old && std::ranges::none_of(expected().sinks, held)) {
            found.insert(sequence);
        }
    }
    return found;
}

void fixture::note_old() {
    if (loud_) {
        swept_ = true;
        found_old_ = std::max(found_old_, old_by_now());
    }
}

void fixture::end_of_turns() {
    if (swept_) {
        found_old_ = std::max(found_old_, old_by_now());
        may_be_gone_ = free_up_to(found_old_);
        swept_ = false;
    }
}

void fixture::take_away(const state& seen) {
    std::vector<std::uint64_t> gone;
    for (const auto& [sequence, what] : expected().events) {
        if (!seen.events.contains(sequence)) {
            gone.push_back(sequence);
        }
    }
    std::ranges::for_each(gone, [this](auto sequence) { take_away(sequence); });
    may_be_gone_.clear();
}

void fixture::take_away(std::uint64_t sequence) {
    for (const auto& [name, place] : expected().sinks) {
        if (place.cursor < sequence || place.rows.contains(sequence)) {
            given_up_[name].insert(sequence);
        }
    }
    expected_.certainly([&](state& of) { of.erase(sequence); });
}

/// Messages that are appended together take several turns, and a sweep may come between two of them.
bool fixture::was_swept(std::uint64_t sequence) {
    end_of_turns();
    if (!may_be_gone_.contains(sequence)) {
        return false;
    }
    take_away(sequence);
    return true;
}

void fixture::check() {
    if (recovered()) {
        return;
    }
    if (journal_->metrics().failed) {
        throw broken_promise("the journal has failed by itself");
    }
    end_of_turns();
    const auto seen = observe();
    if (recovered()) {
        return;
    }
    const auto error = difference(expected(), seen, may_be_gone_);
    const auto also = [&](const state& each) { return difference(each, seen, may_be_gone_).empty(); };
    if (!error.empty() && (!disk::instance().limited() || std::ranges::none_of(expected_.maybe(), also))) {
        throw broken_promise(error);
    }
    if (!disk::instance().limited()) {
        expected_.settle();
    }
    take_away(seen);
}

bool fixture::recovered() {
    if (!disk::instance().dead()) {
        return false;
    }
    end_of_turns();
    leave();
    const auto how = random_.one_in(2) ? death::killed : death::powerless;
    note(how == death::killed ? "  it is killed" : "  the power fails");
    disk::instance().revive(how, random_);
    if (random_.one_in(4)) {
        disk::instance().die_in(random_.below(10));
    }
    start();
    find_place("after a death: ");
    return true;
}

/// Which of the states that may be durable is there: one is, whole.
void fixture::find_place(const std::string& when) {
    const auto seen = observe();
    if (recovered()) {
        return;
    }
    const auto all = expected_.maybe();
    for (auto each = all.rbegin(); each != all.rend(); ++each) {
        if (difference(*each, seen, may_be_gone_).empty()) {
            expected_.become(*each);
            take_away(seen);
            return;
        }
    }
    throw broken_promise(when + difference(all.front(), seen, may_be_gone_));
}

void fixture::sweep_all() {
    if (disk::instance().limited() || disk::instance().dying()) {
        return;
    }
    loud_ = true;
    pass(limits_.sweep_restart);
    const auto sweeps = journal_->metrics().sweeps.load();
    for (int turns = 0; journal_->metrics().sweeps < sweeps + 2; ++turns) {
        if (turns > 500) {
            throw broken_promise("retention does not come to an end");
        }
        turn();
        pass(limits_.sweep_pause);
    }
    loud_ = false;
    expected_.settle();
    const auto must_go = free_up_to(last_old(expected(), old_by_now(), aged(), settings_.retention, true));
    check();
    for (const auto sequence : must_go) {
        if (expected().events.contains(sequence)) {
            throw broken_promise("retention has left event " + std::to_string(sequence));
        }
    }
}

} // namespace hookd::model
