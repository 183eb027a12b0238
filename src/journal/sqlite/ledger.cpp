// SPDX-License-Identifier: MIT
#include "journal/sqlite/ledger.hpp"

#include "journal/sqlite/millis.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace hookd::journal {

storage_result<ledger> ledger::prepare(database& file) {
    ledger made;
    const std::pair<statement ledger::*, const char*> statements[] = {
        {&ledger::insert_sink_, "INSERT INTO sink(number, name, cursor) VALUES(?, ?, ?)"},
        {&ledger::rename_sink_, "UPDATE sink SET name = ? WHERE number = ?"},
        {&ledger::delete_sink_, "DELETE FROM sink WHERE number = ?"},
        {&ledger::set_cursor_, "UPDATE sink SET cursor = ?, at = ? WHERE number = ?"},
        {&ledger::set_paused_, "UPDATE sink SET paused = ? WHERE number = ?"},
        {&ledger::count_, "SELECT state, count(*) FROM delivery WHERE sink = ? AND state < 2 GROUP BY state"},
        {&ledger::state_, "SELECT state FROM delivery WHERE sequence = ? AND sink = ?"},
        {&ledger::put_, "INSERT OR REPLACE INTO delivery(sequence, sink, state, attempts, time, detail) "
                        "VALUES(?, ?, ?, ?, ?, ?)"},
        {&ledger::due_, "SELECT sequence, attempts, time, detail FROM delivery "
                        "WHERE sink = ? AND state = 0 AND time <= ? ORDER BY time, sequence LIMIT ?"},
        {&ledger::next_, "SELECT min(time) FROM delivery WHERE sink = ? AND state = 0"},
        {&ledger::rows_, "SELECT sink, state, attempts, time, detail FROM delivery WHERE sequence = ?"},
        {&ledger::held_, "SELECT sequence, sink FROM delivery WHERE state < 2 AND sequence > ? AND sequence <= ?"},
        {&ledger::with_rows_, "SELECT sequence, sink, state FROM delivery WHERE sequence > ? AND sequence <= ?"},
        {&ledger::erase_, "DELETE FROM delivery WHERE sequence = ?"},
        {&ledger::erase_sink_, "DELETE FROM delivery WHERE sink = ? AND sequence >= ?"},
        {&ledger::give_, "UPDATE OR IGNORE delivery SET sink = ?2 WHERE sink = ?1"},
    };
    if (const auto prepared = file.prepare_all(made, statements); !prepared) {
        return std::unexpected(prepared.error());
    }
    auto attempts = attempt_table::prepare(file);
    auto pasts = past_table::prepare(file);
    if (!attempts || !pasts) {
        return std::unexpected(!attempts ? attempts.error() : pasts.error());
    }
    made.attempts_ = std::move(*attempts);
    made.pasts_ = std::move(*pasts);
    if (auto loaded = made.load(file); !loaded) {
        return std::unexpected(loaded.error());
    }
    return made;
}

storage_result<void> ledger::load(database& file) {
    auto all = file.prepare("SELECT name, number, cursor, paused, at FROM sink");
    if (!all) {
        return std::unexpected(all.error());
    }
    query rows(*all);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        auto& added = sinks_[rows.text(0)];
        added.number = rows.number(1);
        added.past = sink_history({.cursor = rows.sequence(2), .at = from_millis(rows.number(4))});
        added.paused = rows.number(3) != 0;
        if (auto loaded = pasts_.load(added.number, added.past); !loaded) {
            return loaded;
        }
    }
    return then(row, [](bool) {});
}

ledger::sinks::iterator ledger::changed(std::string_view name) {
    const auto found = uncommitted_.find(name);
    if (found != uncommitted_.end()) {
        return found;
    }
    const auto known = removed_.contains(name) ? sinks_.end() : sinks_.find(name);
    return known == sinks_.end() ? uncommitted_.end() : uncommitted_.emplace(*known).first;
}

const ledger::sink* ledger::find(std::string_view name) const {
    if (const auto found = uncommitted_.find(name); found != uncommitted_.end()) {
        return &found->second;
    }
    const auto found = removed_.contains(name) ? sinks_.end() : sinks_.find(name);
    return found != sinks_.end() ? &found->second : nullptr;
}

storage_result<void> ledger::apply(const changes& said, unix_millis now) {
    for (const auto& [name, change] : said.sinks()) {
        const auto found = changed(name);
        if (found == uncommitted_.end() || !found->second.counters) {
            spdlog::error("journal: sink {} was never opened, the state of its events is lost", name);
            continue;
        }
        auto& sink = found->second;
        for (const auto& [sequence, what] : change.failures) {
            if (auto done = apply_change(sink, sequence, what); !done) {
                return done;
            }
        }
        if (change.cursor && *change.cursor > sink.past.cursor()) {
            if (auto done = advance(sink, *change.cursor, now); !done) {
                return done;
            }
        }
    }
    return {};
}

storage_result<void> ledger::advance(sink& of, std::uint64_t cursor, unix_millis now) {
    const auto kept = of.past.advance(cursor, now);
    return then(query(set_cursor_, cursor, to_millis(now), of.number).run(),
                [&] { return pasts_.apply(of.number, kept); });
}

storage_result<void> ledger::pause(std::string_view name, bool paused) {
    const auto found = changed(name);
    if (found == uncommitted_.end()) {
        return {};
    }
    found->second.paused = paused;
    return query(set_paused_, paused, found->second.number).run();
}

std::optional<ledger::place> ledger::known(std::string_view name) const {
    const auto* const found = find(name);
    return found != nullptr ? std::optional(place{.number = found->number, .past = found->past}) : std::nullopt;
}

std::vector<std::string> ledger::names() const {
    std::set<std::string> all;
    for (const auto* some : {&sinks_, &uncommitted_}) {
        for (const auto& [name, sink] : *some) {
            if (find(name) != nullptr) {
                all.insert(name);
            }
        }
    }
    return {all.begin(), all.end()};
}

storage_result<void> ledger::open(const sink_scope& scope, std::uint64_t cursor) {
    auto found = changed(scope.name);
    // A sink of a journal without definitions began at an unknown event.
    auto first =
        found == uncommitted_.end() || found->second.past.definitions().empty() ? 0 : found->second.past.cursor() + 1;
    if (found == uncommitted_.end()) {
        std::int64_t last = 0;
        for (const auto* all : {&sinks_, &uncommitted_}) {
            for (const auto& [other, row] : *all) {
                last = std::max(last, row.number);
            }
        }
        if (auto added = query(insert_sink_, last + 1, scope.name, cursor).run(); !added) {
            return added;
        }
        first = cursor + 1;
        found = uncommitted_
                    .emplace(scope.name, sink{.number = last + 1, .past = sink_history({.cursor = cursor, .at = {}})})
                    .first;
    }
    auto& sink = found->second;
    sink.opened = true;
    sink.holds = true;
    const auto defined = sink.past.define(first, scope.filters);
    const auto written = defined ? pasts_.add(sink.number, *defined) : storage_result<void>();
    return then(written, [&] { return count_failures(sink); });
}

void ledger::close(std::string_view name) {
    for (auto* all : {&sinks_, &uncommitted_}) {
        if (const auto found = all->find(name); found != all->end()) {
            found->second.opened = false;
            found->second.holds = false;
        }
    }
}

void ledger::committed() {
    for (const auto& name : removed_) {
        sinks_.erase(name);
        if (board_ != nullptr) {
            board_->remove(name);
        }
    }
    removed_.clear();
    for (auto& [name, sink] : uncommitted_) {
        if (board_ != nullptr && sink.opened) {
            board_->put(name, {.cursor = sink.past.cursor(), .waiting = sink.waiting, .dead = sink.dead});
        }
        sinks_.insert_or_assign(name, std::move(sink));
    }
    uncommitted_.clear();
}

void ledger::rolled_back() {
    removed_.clear();
    uncommitted_.clear();
}

storage_result<sink_state> ledger::state(std::string_view name) {
    const auto* const found = find(name);
    if (found == nullptr) {
        return sink_state{};
    }
    const auto& sink = *found;
    sink_state state{.cursor = sink.past.cursor(),
                     .waiting = sink.waiting,
                     .dead = sink.dead,
                     .next_try = std::nullopt,
                     .paused = sink.paused};
    query first(next_, sink.number);
    return then(first.step(), [&](bool there) {
        if (there && !first.is_null(0)) {
            state.next_try = from_millis(first.number(0));
        }
        return state;
    });
}

std::optional<std::uint64_t> ledger::lowest_cursor() const {
    std::optional<std::uint64_t> lowest;
    for (const auto& [name, sink] : sinks_) {
        if (sink.holds) {
            lowest = std::min(lowest.value_or(sink.past.cursor()), sink.past.cursor());
        }
    }
    return lowest;
}

std::vector<std::string> ledger::forget_unopened() {
    std::vector<std::string> forgotten;
    for (auto& [name, sink] : sinks_) {
        if (!sink.opened && std::exchange(sink.holds, false)) {
            forgotten.push_back(name);
        }
    }
    return forgotten;
}

storage_result<void> ledger::forget_before(std::uint64_t sequence) {
    for (auto& [name, known] : sinks_) {
        auto past = known.past;
        if (!past.forget_before(sequence)) {
            continue;
        }
        if (auto done = pasts_.forget_before(known.number, past); !done) {
            return done;
        }
        changed(name)->second.past = std::move(past);
    }
    return {};
}

} // namespace hookd::journal
