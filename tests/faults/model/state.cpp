// SPDX-License-Identifier: MIT
#include "state.hpp"

#include <algorithm>

namespace hookd::model {

using journal::delivery_state;

namespace {

std::string text(std::uint64_t number) {
    return std::to_string(number);
}

std::string in_words(const event& what) {
    return text(what.sequence) + "=" + what.endpoint + "/" + what.id + " " + what.type + " " + text(what.body.size()) +
           "B at " + std::to_string(what.accepted.time_since_epoch().count());
}

bool same(const event& a, const event& b) {
    return a.sequence == b.sequence && a.endpoint == b.endpoint && a.id == b.id && a.type == b.type &&
           a.collection == b.collection && a.document == b.document && a.accepted == b.accepted && a.peer == b.peer &&
           a.unbranded == b.unbranded && a.timestamp == b.timestamp && a.signature == b.signature && a.json == b.json &&
           a.body == b.body;
}

std::string in_words(const journal::failure& row) {
    return text(row.sequence) + (row.dead ? " dead" : " waits until ") +
           (row.dead ? "" : std::to_string(row.next_try.time_since_epoch().count())) + " after " +
           std::to_string(row.attempts) + " \"" + row.detail + "\"";
}

bool same(const journal::failure& a, const journal::failure& b) {
    return a.sequence == b.sequence && a.dead == b.dead && a.attempts == b.attempts && a.detail == b.detail &&
           (a.dead || a.next_try == b.next_try);
}

std::string difference(const std::string& name, const sink_place& expected, const sink_place& seen,
                       const std::set<std::uint64_t>& gone) {
    if (expected.cursor != seen.cursor || expected.paused != seen.paused) {
        return "sink " + name + " is at " + text(seen.cursor) + (seen.paused ? " paused" : "") + " instead of " +
               text(expected.cursor) + (expected.paused ? " paused" : "");
    }
    for (const auto& [sequence, row] : expected.rows) {
        const auto found = seen.rows.find(sequence);
        if (found == seen.rows.end() && !gone.contains(sequence)) {
            return "sink " + name + " has lost its row " + in_words(row);
        }
        if (found != seen.rows.end() && !same(found->second, row)) {
            return "sink " + name + " has the row " + in_words(found->second) + " instead of " + in_words(row);
        }
    }
    for (const auto& [sequence, row] : seen.rows) {
        if (!expected.rows.contains(sequence)) {
            return "sink " + name + " has a row too much: " + in_words(row);
        }
    }
    for (const auto& ends : {std::pair(&expected.ends, &seen.ends), std::pair(&seen.ends, &expected.ends)}) {
        for (const auto& [sequence, end] : *ends.first) {
            const auto other = ends.second->find(sequence);
            if (!gone.contains(sequence) && (other == ends.second->end() || other->second != end)) {
                const auto words = [](const sink_place::end& what) {
                    return std::string(what.dropped ? "dropped" : "delivered") + " at attempt " + text(what.attempts);
                };
                const auto of = [&](const auto& all) {
                    return all.contains(sequence) ? words(all.at(sequence)) : "without an end";
                };
                return "sink " + name + " has event " + text(sequence) + " " + of(seen.ends) + " instead of " +
                       of(expected.ends);
            }
        }
    }
    return {};
}

bool fits(const std::optional<std::string>& wanted, const std::string& is) {
    return !wanted || *wanted == is;
}

bool wanted(const std::vector<std::string>& patterns, const std::string& is) {
    return std::ranges::any_of(patterns, [&](const auto& each) { return each == "*" || each == is; });
}

/// The patterns that the steps use are whole words.
bool matches(const journal::event_filter& filter, const event& what) {
    return (!filter.id || *filter.id == what.id || *filter.id == text(what.sequence)) && fits(filter.type, what.type) &&
           fits(filter.endpoint, what.endpoint) && (!filter.since || what.accepted >= *filter.since) &&
           (!filter.until || what.accepted < *filter.until);
}

bool was_to_get_it(const journal::sink_delivery& each) {
    return each.state != delivery_state::filtered && each.state != delivery_state::before_sink;
}

bool matches(const journal::event_filter& filter, const std::vector<journal::sink_delivery>& sinks) {
    const auto in = [&](const journal::sink_delivery& each) {
        return filter.state ? each.state == *filter.state : each.wanted || was_to_get_it(each);
    };
    if (filter.sink) {
        return std::ranges::any_of(sinks, [&](const auto& each) { return each.sink == *filter.sink && in(each); });
    }
    if (filter.state == delivery_state::delivered) {
        const auto open = [&](const auto& each) { return !in(each) && was_to_get_it(each); };
        return std::ranges::any_of(sinks, in) && std::ranges::none_of(sinks, open);
    }
    return !filter.state || std::ranges::any_of(sinks, in);
}

bool is_for(const journal::repair& what, const journal::sink_delivery& each) {
    const auto& filter = what.which.filter;
    if (!fits(filter.sink, each.sink) || (filter.state && *filter.state != each.state)) {
        return false;
    }
    switch (each.state) {
    case delivery_state::dead:
        return true;
    case delivery_state::retrying:
        return what.kind == journal::repair_kind::replay;
    case delivery_state::waiting:
    case delivery_state::in_flight:
    case delivery_state::orphaned:
        return false;
    default:
        return what.kind == journal::repair_kind::replay && each.wanted && (filter.sink || what.all_sinks);
    }
}

} // namespace

void sink_place::nack(const journal::failure& row) {
    ends.erase(row.sequence);
    attempts[row.sequence] += row.made ? 1 : 0;
    rows[row.sequence] = row;
}

void sink_place::ack(std::uint64_t sequence) {
    if (rows.erase(sequence) + ends.count(sequence) > 0) {
        ends[sequence] = {.dropped = false, .attempts = ++attempts[sequence]};
    }
}

event_ptr state::with(const std::string& endpoint, const std::string& id) const {
    const auto found = std::ranges::find_if(
        events, [&](const auto& each) { return each.second->endpoint == endpoint && each.second->id == id; });
    return found != events.end() ? found->second : nullptr;
}

void state::erase(std::uint64_t sequence) {
    events.erase(sequence);
    for (auto& [name, place] : sinks) {
        place.rows.erase(sequence);
        place.ends.erase(sequence);
        place.attempts.erase(sequence);
    }
}

delivery_state state::state_of(const event& what, const journal::sink_scope& of) const {
    const auto found = sinks.find(of.name);
    if (found == sinks.end()) {
        return delivery_state::before_sink;
    }
    const auto& place = found->second;
    if (const auto row = place.rows.find(what.sequence); row != place.rows.end()) {
        return row->second.dead ? delivery_state::dead : delivery_state::retrying;
    }
    if (const auto end = place.ends.find(what.sequence); end != place.ends.end()) {
        return end->second.dropped ? delivery_state::dropped : delivery_state::delivered;
    }
    if (what.sequence < place.begin) {
        return delivery_state::before_sink;
    }
    if (!wanted(of.filters.events, what.type) || !wanted(of.filters.endpoints, what.endpoint)) {
        return delivery_state::filtered;
    }
    return what.sequence <= place.cursor ? delivery_state::delivered : delivery_state::waiting;
}

std::string difference(const state& expected, const state& seen, const std::set<std::uint64_t>& may_be_gone) {
    std::set<std::uint64_t> gone;
    for (const auto& [sequence, what] : expected.events) {
        const auto found = seen.events.find(sequence);
        if (found != seen.events.end() && !same(*found->second, *what)) {
            return "event " + in_words(*what) + " has become " + in_words(*found->second);
        }
        if (found == seen.events.end()) {
            if (!may_be_gone.contains(sequence)) {
                return "event " + in_words(*what) + " is lost";
            }
            gone.insert(sequence);
        }
    }
    for (const auto& [sequence, what] : seen.events) {
        if (!expected.events.contains(sequence)) {
            return "event " + in_words(*what) + " should not be there";
        }
    }
    if (expected.last != seen.last) {
        return "the last sequence is " + text(seen.last) + " instead of " + text(expected.last);
    }
    for (const auto& [name, place] : expected.sinks) {
        const auto found = seen.sinks.find(name);
        if (found == seen.sinks.end()) {
            return "sink " + name + " is lost";
        }
        if (auto error = difference(name, place, found->second, gone); !error.empty()) {
            return error;
        }
    }
    return {};
}

std::vector<journal::event_details> details(const state& of, const journal::event_query& what) {
    std::vector<journal::event_details> found;
    for (const auto& [sequence, subject] : of.events) {
        const bool passed = what.newest_first ? what.from != 0 && sequence >= what.from : sequence <= what.from;
        if (passed || sequence > what.up_to || !matches(what.filter, *subject)) {
            continue;
        }
        journal::event_details details{.head = *subject, .body_size = subject->body.size(), .sinks = {}};
        for (const auto& scope : what.scopes) {
            const auto reached = of.state_of(*subject, scope);
            auto& added = details.sinks.emplace_back();
            added.sink = scope.name;
            added.state = reached;
            const auto place = of.sinks.find(scope.name);
            if (place == of.sinks.end()) {
                continue;
            }
            added.wanted =
                wanted(scope.filters.events, subject->type) && wanted(scope.filters.endpoints, subject->endpoint);
            if (const auto row = place->second.rows.find(sequence); row != place->second.rows.end()) {
                added.attempts = row->second.attempts;
                added.next_try = row->second.next_try;
                added.detail = row->second.detail;
            } else if (const auto end = place->second.ends.find(sequence); end != place->second.ends.end()) {
                added.attempts = end->second.attempts;
            }
            if (const auto made = place->second.attempts.find(sequence); made != place->second.attempts.end()) {
                added.log.resize(std::min<std::size_t>(made->second, journal::most_attempts));
            }
        }
        if (matches(what.filter, details.sinks)) {
            found.push_back(std::move(details));
        }
    }
    if (what.newest_first) {
        std::ranges::reverse(found);
    }
    return found;
}

std::uint64_t apply(state& of, const journal::repair& what) {
    std::uint64_t done = 0;
    auto which = what.which;
    which.newest_first = false;
    for (const auto& details : details(of, which)) {
        for (const auto& each : details.sinks) {
            if (!is_for(what, each)) {
                continue;
            }
            ++done;
            const auto sequence = details.head.sequence;
            auto& place = of.sinks[each.sink];
            if (what.kind == journal::repair_kind::drop) {
                place.ends[sequence] = {.dropped = true, .attempts = each.attempts};
                place.rows.erase(sequence);
            } else {
                place.nack({.sequence = sequence,
                            .attempts = 0,
                            .next_try = what.now,
                            .dead = false,
                            .detail = "to be replayed"});
            }
        }
    }
    return done;
}

} // namespace hookd::model
