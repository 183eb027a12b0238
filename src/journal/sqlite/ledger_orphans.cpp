// SPDX-License-Identifier: MIT
#include "journal/sqlite/ledger.hpp"

#include <algorithm>
#include <utility>

/// Sinks that are in the file but in no configuration: what they have, what retention takes from them, and their end.
namespace hookd::journal {

namespace {

/// Bodies that are read to see what an orphan waits for, at a time.
constexpr std::size_t most_body_bytes = std::size_t{4} << 20U;

} // namespace

/// As `waits_for`; adds to `bytes` what it had to read of the body.
storage_result<bool> ledger::waits(event_table& events, const sink_history& orphan, event head, std::size_t& bytes) {
    const auto& definitions = orphan.definitions();
    if (head.sequence <= orphan.cursor() || definitions.empty() || !needs_body(definitions.back().filters, head)) {
        return waits_for(orphan, head);
    }
    return then(events.find(head.sequence), [&](const event_ptr& whole) {
        bytes += whole ? whole->body.size() : 0;
        return whole && waits_for(orphan, *whole);
    });
}

storage_result<orphaned_sink> ledger::orphan_of(event_table& events, const std::string& name, const sink& of,
                                                std::size_t most_rows) {
    auto counted = of;
    if (auto done = count_failures(counted); !done) {
        return std::unexpected(done.error());
    }
    const auto heads = events.heads(of.past.cursor(), INT64_MAX, most_rows);
    if (!heads) {
        return std::unexpected(heads.error());
    }
    std::set<std::uint64_t> with_rows; // which are counted already, or have ended
    query rows(with_rows_, of.past.cursor(), heads->empty() ? 0 : heads->back().sequence);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        if (rows.number(1) == of.number) {
            with_rows.insert(rows.sequence(0));
        }
    }
    if (!row) {
        return std::unexpected(row.error());
    }
    orphaned_sink orphan{
        .name = name, .dead = counted.dead, .waiting = counted.waiting, .more = heads->size() == most_rows};
    std::size_t bytes = 0;
    for (const auto& each : *heads) {
        if (with_rows.contains(each.sequence)) {
            continue;
        }
        if (bytes >= most_body_bytes) {
            orphan.more = true;
            break;
        }
        const auto waiting = waits(events, of.past, each, bytes);
        if (!waiting) {
            return std::unexpected(waiting.error());
        }
        orphan.waiting += *waiting ? 1 : 0;
    }
    return orphan;
}

storage_result<std::vector<orphaned_sink>>
ledger::orphans(event_table& events, const std::vector<std::string>& configured, std::size_t most_rows) {
    std::vector<orphaned_sink> found;
    for (const auto& name : names()) {
        if (std::ranges::find(configured, name) != configured.end()) {
            continue;
        }
        auto orphan = orphan_of(events, name, *find(name), most_rows);
        if (!orphan) {
            return std::unexpected(orphan.error());
        }
        found.push_back(std::move(*orphan));
    }
    return found;
}

storage_result<void> ledger::publish_orphans(event_table& events, std::size_t most_rows) {
    for (const auto& [name, sink] : sinks_) {
        if (sink.opened || board_ == nullptr) {
            continue;
        }
        const auto orphan = orphan_of(events, name, sink, most_rows);
        if (!orphan) {
            return std::unexpected(orphan.error());
        }
        board_->put(name,
                    {.cursor = sink.past.cursor(), .waiting = orphan->waiting, .dead = orphan->dead, .orphan = true});
    }
    return {};
}

storage_result<ledger::losses> ledger::find_losses(event_table& events, std::uint64_t after, std::uint64_t up_to,
                                                   const std::set<std::uint64_t>& held) {
    losses found;
    std::map<std::int64_t, const std::string*> names;
    std::set<std::pair<std::uint64_t, std::int64_t>> with_rows;
    auto behind = up_to;
    for (const auto& [name, sink] : sinks_) {
        if (!sink.holds) {
            names.emplace(sink.number, &name);
            behind = std::min(behind, sink.past.cursor());
        }
    }
    const auto lost_by = [&](const std::string& name) -> orphaned_sink& {
        auto& lost = found.sinks[name];
        lost.name = name;
        return lost;
    };
    query rows(with_rows_, after, up_to);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        if (held.contains(rows.sequence(0))) {
            continue;
        }
        found.rows.insert(rows.sequence(0));
        with_rows.emplace(rows.sequence(0), rows.number(1));
        const auto state = static_cast<row_state>(rows.number(2));
        if (const auto name = names.find(rows.number(1)); name != names.end()) {
            lost_by(*name->second).dead += state == row_state::dead ? 1 : 0;
            lost_by(*name->second).waiting += state == row_state::retrying ? 1 : 0;
        }
    }
    if (!row) {
        return std::unexpected(row.error());
    }
    const auto heads = events.heads(std::max(after, behind), up_to, up_to > behind ? INT64_MAX : 0);
    if (!heads) {
        return std::unexpected(heads.error());
    }
    std::size_t bytes = 0; // without a bound: what goes is read anyway
    for (const auto& each : *heads) {
        for (const auto& [number, name] : names) {
            if (held.contains(each.sequence) || with_rows.contains({each.sequence, number})) {
                continue;
            }
            const auto waiting = waits(events, sinks_.find(*name)->second.past, each, bytes);
            if (!waiting) {
                return std::unexpected(waiting.error());
            }
            lost_by(*name).waiting += *waiting ? 1 : 0;
        }
    }
    std::erase_if(found.sinks, [](const auto& each) { return each.second.dead + each.second.waiting == 0; });
    return found;
}

storage_result<void> ledger::remove(std::string_view name, const sink& gone) {
    return then(query(erase_sink_, gone.number, std::uint64_t{0}).run(), [&] {
        return then(attempts_.erase_sink(gone.number, 0), [&] {
            return then(pasts_.erase(gone.number), [&] {
                return then(query(delete_sink_, gone.number).run(), [&] {
                    removed_.emplace(name);
                    uncommitted_.erase(std::string(name));
                });
            });
        });
    });
}

storage_result<sink_edit> ledger::forget(event_table& events, std::string_view name, std::size_t most_rows) {
    const auto* const known = find(name);
    if (known == nullptr || known->opened) {
        return sink_edit{.what = known == nullptr ? sink_edit_outcome::unknown : sink_edit_outcome::open};
    }
    const auto had = orphan_of(events, std::string(name), *known, most_rows);
    return then(had, [&](const orphaned_sink& orphan) {
        return then(remove(name, sink(*known)),
                    [&] { return sink_edit{.dead = orphan.dead, .waiting = orphan.waiting}; });
    });
}

storage_result<sink_edit> ledger::rename(event_table& events, std::string_view from, std::string_view to,
                                         unix_millis now, std::size_t most_rows) {
    const auto old = changed(from);
    if (old == uncommitted_.end() || old->second.opened) {
        return sink_edit{.what = old == uncommitted_.end() ? sink_edit_outcome::unknown : sink_edit_outcome::open};
    }
    if (from == to) {
        return sink_edit{};
    }
    const auto counters = count_failures(old->second);
    if (!counters) {
        return std::unexpected(counters.error());
    }
    const auto known = changed(to);
    if (known != uncommitted_.end()) {
        return merge(events, old, known, now, most_rows);
    }
    const auto had = orphan_of(events, old->first, old->second, most_rows);
    return then(had, [&](const orphaned_sink& orphan) {
        return then(query(rename_sink_, to, old->second.number).run(), [&] {
            uncommitted_.emplace(to, old->second);
            uncommitted_.erase(old);
            removed_.emplace(from);
            return sink_edit{.dead = orphan.dead, .waiting = orphan.waiting};
        });
    });
}

// Until the heir began, the events were the old sink's: their rows go to the heir, and those that the old sink has not
// reached become rows that are due now, a bounded number at a time, along which the old cursor moves.
storage_result<sink_edit> ledger::merge(event_table& events, sinks::iterator from, sinks::iterator to, unix_millis now,
                                        std::size_t most_rows) {
    auto& old = from->second;
    auto& heir = to->second;
    if (!heir.counters) {
        if (auto done = count_failures(heir); !done) {
            return std::unexpected(done.error());
        }
    }
    const auto begin = heir.past.begin();
    const auto heads =
        begin > 0 ? events.heads(old.past.cursor(), begin - 1, most_rows) : storage_result<std::vector<event>>();
    if (!heads) {
        return std::unexpected(heads.error());
    }
    sink_edit made{.more = heads->size() == most_rows};
    const delivery_row due_now{
        .state = row_state::retrying, .attempts = 0, .time = now, .detail = "taken over from sink " + from->first};
    std::size_t bytes = 0;
    auto reached = old.past.cursor();
    for (const auto& each : *heads) {
        if (bytes >= most_body_bytes) {
            made.more = true;
            break;
        }
        reached = each.sequence;
        const auto waiting = waits(events, old.past, each, bytes);
        if (!waiting) {
            return std::unexpected(waiting.error());
        }
        if (!*waiting) {
            continue;
        }
        const auto there = query(state_, each.sequence, old.number).step();
        const auto done = then(
            there, [&](bool has_row) { return has_row ? storage_result<void>() : write(old, each.sequence, due_now); });
        if (!done) {
            return std::unexpected(done.error());
        }
    }
    if (made.more) {
        return then(advance(old, reached, now), [&] { return made; });
    }
    if (begin > 0) { // behind that, the heir has gone its own way
        const auto cut =
            then(query(erase_sink_, old.number, begin).run(), [&] { return attempts_.erase_sink(old.number, begin); });
        if (!cut) {
            return std::unexpected(cut.error());
        }
    }
    heir.past.take_over(old.past);
    const auto given =
        then(query(give_, old.number, heir.number).run(), [&] { return attempts_.give(old.number, heir.number); });
    const auto before = std::pair(heir.dead, heir.waiting);
    return then(then(given, [&] { return pasts_.replace(heir.number, heir.past); }), [&] {
        return then(count_failures(heir), [&] {
            made.dead = heir.dead - before.first;
            made.waiting = heir.waiting - before.second;
            return then(remove(from->first, sink(old)), [&] { return made; });
        });
    });
}

} // namespace hookd::journal
