// SPDX-License-Identifier: MIT
#include "journal/memory/memory_tables.hpp"
#include "journal/selection.hpp"

#include <algorithm>
#include <utility>

/// Sinks that are not configured: what they have, and their end.
namespace hookd::journal {

std::vector<orphaned_sink> memory_tables::orphans(const std::vector<std::string>& configured) const {
    std::vector<orphaned_sink> found;
    for (const auto& [name, known] : sinks_) {
        if (std::ranges::find(configured, name) == configured.end()) {
            found.push_back(orphan_of(name, known));
        }
    }
    return found;
}

orphaned_sink memory_tables::orphan_of(const std::string& name, const sink& of) const {
    const auto counts = state(name);
    orphaned_sink orphan{.name = name, .dead = counts.dead, .waiting = counts.waiting};
    for (const auto& [sequence, each] : events_) {
        orphan.waiting += !of.rows.contains(sequence) && waits_for(of.past, *each.what) ? 1 : 0;
    }
    return orphan;
}

sink_edit memory_tables::forget(std::string_view name) {
    const auto found = sinks_.find(name);
    if (found == sinks_.end() || found->second.open) {
        return {.what = found == sinks_.end() ? sink_edit_outcome::unknown : sink_edit_outcome::open};
    }
    const auto had = orphan_of(found->first, found->second);
    sinks_.erase(found);
    metrics_.sinks.remove(name);
    return {.dead = had.dead, .waiting = had.waiting};
}

sink_edit memory_tables::rename(std::string_view from, std::string_view to, unix_millis now) {
    const auto old = sinks_.find(from);
    if (old == sinks_.end() || old->second.open) {
        return {.what = old == sinks_.end() ? sink_edit_outcome::unknown : sink_edit_outcome::open};
    }
    if (from == to) {
        return {};
    }
    const auto had = orphan_of(old->first, old->second);
    sink_edit made{.dead = had.dead, .waiting = had.waiting};
    auto given = std::move(old->second);
    sinks_.erase(old);
    metrics_.sinks.remove(from);
    const auto heir = sinks_.find(to);
    if (heir == sinks_.end()) {
        sinks_.emplace(to, std::move(given));
        return made;
    }
    auto& known = heir->second;
    const auto begin = known.past.begin();
    const auto before = state(to);
    for (const auto& [sequence, each] : events_) {
        if (sequence < begin && waits_for(given.past, *each.what)) {
            given.rows.try_emplace(sequence, delivery_row{.state = row_state::retrying,
                                                          .attempts = 0,
                                                          .time = now,
                                                          .detail = "taken over from sink " + std::string(from)});
        }
    }
    if (begin > 0) {
        given.rows.erase(given.rows.lower_bound(begin), given.rows.end());
        given.attempts.erase(given.attempts.lower_bound(begin), given.attempts.end());
    }
    known.rows.merge(given.rows);
    known.attempts.merge(given.attempts);
    known.past.take_over(given.past);
    publish(to, known);
    const auto after = state(to);
    made.dead = after.dead - before.dead;
    made.waiting = after.waiting - before.waiting;
    return made;
}

} // namespace hookd::journal
