// SPDX-License-Identifier: MIT
#include "journal/sqlite/ledger.hpp"

#include <hookd/core/failpoint.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace hookd::journal {

namespace {

unix_millis from_millis(std::int64_t value) {
    return unix_millis(std::chrono::milliseconds(value));
}
std::int64_t to_millis(unix_millis value) {
    return value.time_since_epoch().count();
}

} // namespace

storage_result<ledger> ledger::prepare(database& file) {
    ledger made;
    const std::pair<statement ledger::*, const char*> statements[] = {
        {&ledger::insert_sink_, "INSERT INTO sink(number, name, cursor) VALUES(?, ?, ?)"},
        {&ledger::set_cursor_, "UPDATE sink SET cursor = ? WHERE number = ?"},
        {&ledger::set_paused_, "UPDATE sink SET paused = ? WHERE number = ?"},
        {&ledger::count_, "SELECT dead, count(*) FROM failure WHERE sink = ? GROUP BY dead"},
        {&ledger::was_dead_, "SELECT dead FROM failure WHERE sequence = ? AND sink = ?"},
        {&ledger::put_, "INSERT OR REPLACE INTO failure(sequence, sink, attempts, next_try, dead, detail) "
                        "VALUES(?, ?, ?, ?, ?, ?)"},
        {&ledger::remove_, "DELETE FROM failure WHERE sequence = ? AND sink = ?"},
        {&ledger::due_, "SELECT sequence, attempts, next_try, detail FROM failure "
                        "WHERE sink = ? AND dead = 0 AND next_try <= ? ORDER BY next_try, sequence LIMIT ?"},
        {&ledger::next_, "SELECT min(next_try) FROM failure WHERE sink = ? AND dead = 0"},
        {&ledger::held_, "SELECT sequence, sink FROM failure WHERE sequence > ? AND sequence <= ?"},
        {&ledger::erase_, "DELETE FROM failure WHERE sequence = ?"},
    };
    for (const auto& [member, sql] : statements) {
        auto prepared = file.prepare(sql);
        if (!prepared) {
            return std::unexpected(prepared.error());
        }
        made.*member = std::move(*prepared);
    }
    if (auto loaded = made.load(file); !loaded) {
        return std::unexpected(loaded.error());
    }
    return made;
}

storage_result<void> ledger::load(database& file) {
    auto all = file.prepare("SELECT name, number, cursor, paused FROM sink");
    if (!all) {
        return std::unexpected(all.error());
    }
    query rows(*all);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        auto& added = sinks_[rows.text(0)];
        added.number = rows.number(1);
        added.cursor = rows.sequence(2);
        added.paused = rows.number(3) != 0;
    }
    return then(row, [](bool) {});
}

ledger::sinks::iterator ledger::changed(std::string_view name) {
    const auto found = uncommitted_.find(name);
    if (found != uncommitted_.end()) {
        return found;
    }
    const auto known = sinks_.find(name);
    return known == sinks_.end() ? uncommitted_.end() : uncommitted_.emplace(*known).first;
}

storage_result<void> ledger::apply(const changes& said) {
    for (const auto& [name, change] : said.sinks()) {
        const auto found = changed(name);
        if (found == uncommitted_.end() || !found->second.counters) {
            spdlog::error("journal: sink {} was never opened, the state of its events is lost", name);
            continue;
        }
        auto& sink = found->second;
        for (const auto& [sequence, what] : change.failures) {
            if (auto done = apply_failure(sink, sequence, what); !done) {
                return done;
            }
        }
        if (change.cursor && *change.cursor > sink.cursor) {
            if (auto done = query(set_cursor_, *change.cursor, sink.number).run(); !done) {
                return done;
            }
            sink.cursor = *change.cursor;
        }
    }
    return {};
}

storage_result<void> ledger::apply_failure(sink& of, std::uint64_t sequence, const std::optional<failure>& what) {
    {
        query before(was_dead_, sequence, of.number);
        const auto row = before.step();
        if (!row) {
            return std::unexpected(row.error());
        }
        if (*row) {
            --(before.number(0) != 0 ? of.dead : of.waiting);
        } else if (!what) {
            return {};
        }
    }
    if (!what || (what->dead && failpoint("forget_dead_letter"))) {
        return query(remove_, sequence, of.number).run();
    }
    ++(what->dead ? of.dead : of.waiting);
    return query(put_, sequence, of.number, std::int64_t{what->attempts}, to_millis(what->next_try), what->dead,
                 what->detail)
        .run();
}

storage_result<void> ledger::put(std::string_view name, std::uint64_t sequence, const std::optional<failure>& row) {
    const auto found = changed(name);
    if (found == uncommitted_.end()) {
        return {};
    }
    auto& sink = found->second;
    const auto counters = sink.counters ? storage_result<void>() : count_failures(sink);
    return then(counters, [&] { return apply_failure(sink, sequence, row); });
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
    for (const auto* all : {&uncommitted_, &sinks_}) {
        if (const auto found = all->find(name); found != all->end()) {
            return place{.number = found->second.number, .cursor = found->second.cursor};
        }
    }
    return std::nullopt;
}

storage_result<void> ledger::open(std::string_view name, std::uint64_t cursor) {
    auto found = changed(name);
    if (found == uncommitted_.end()) {
        std::int64_t last = 0;
        for (const auto* all : {&sinks_, &uncommitted_}) {
            for (const auto& [other, row] : *all) {
                last = std::max(last, row.number);
            }
        }
        if (auto added = query(insert_sink_, last + 1, name, cursor).run(); !added) {
            return added;
        }
        found = uncommitted_.emplace(name, sink{.number = last + 1, .cursor = cursor}).first;
    }
    found->second.opened = true;
    found->second.holds = true;
    return count_failures(found->second);
}

storage_result<void> ledger::count_failures(sink& of) {
    of.waiting = 0;
    of.dead = 0;
    of.counters = true;
    query rows(count_, of.number);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        (rows.number(0) != 0 ? of.dead : of.waiting) += rows.sequence(1);
    }
    return then(row, [](bool) {});
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
    for (auto& [name, sink] : uncommitted_) {
        sinks_.insert_or_assign(name, sink);
        if (board_ != nullptr) {
            board_->put(name, {.cursor = sink.cursor, .waiting = sink.waiting, .dead = sink.dead});
        }
    }
    uncommitted_.clear();
}

void ledger::rolled_back() {
    uncommitted_.clear();
}

storage_result<sink_state> ledger::state(std::string_view name) {
    const auto changed = uncommitted_.find(name);
    const auto found = changed != uncommitted_.end() ? changed : sinks_.find(name);
    if (changed == uncommitted_.end() && found == sinks_.end()) {
        return sink_state{};
    }
    const auto& sink = found->second;
    sink_state state{.cursor = sink.cursor,
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

storage_result<std::vector<failure>> ledger::due_rows(const sink& of, unix_millis now, std::size_t most) {
    std::vector<failure> found;
    query rows(due_, of.number, to_millis(now), static_cast<std::uint64_t>(most));
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        found.push_back({.sequence = rows.sequence(0),
                         .attempts = static_cast<unsigned>(rows.number(1)),
                         .next_try = from_millis(rows.number(2)),
                         .dead = false,
                         .detail = rows.text(3)});
    }
    return then(row, [&](bool) { return std::move(found); });
}

storage_result<std::vector<due_event>> ledger::due(event_table& events, std::string_view name, unix_millis now,
                                                   std::size_t most, byte_size most_bytes,
                                                   const std::vector<std::uint64_t>& except) {
    std::vector<due_event> found;
    const auto known = sinks_.find(name);
    if (known == sinks_.end()) {
        return found;
    }
    auto rows = due_rows(known->second, now, most + except.size());
    if (!rows) {
        return std::unexpected(rows.error());
    }
    const std::set<std::uint64_t> left_out(except.begin(), except.end());
    std::uint64_t bytes = 0;
    for (auto& row : *rows) {
        if (found.size() >= most || bytes >= most_bytes.bytes) {
            break;
        }
        if (left_out.contains(row.sequence)) {
            continue;
        }
        auto subject = events.find(row.sequence);
        if (!subject) {
            return std::unexpected(subject.error());
        }
        if (*subject) {
            bytes += (*subject)->body.size();
            found.push_back({std::move(row), std::move(*subject)});
        }
    }
    return found;
}

std::optional<std::uint64_t> ledger::lowest_cursor() const {
    std::optional<std::uint64_t> lowest;
    for (const auto& [name, sink] : sinks_) {
        if (sink.holds) {
            lowest = std::min(lowest.value_or(sink.cursor), sink.cursor);
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

storage_result<std::set<std::uint64_t>> ledger::held_back(std::uint64_t after, std::uint64_t up_to) {
    std::set<std::uint64_t> found;
    query rows(held_, after, failpoint("purge_waiting") ? after : up_to);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        const auto number = rows.number(1);
        if (std::ranges::any_of(sinks_, [&](const auto& s) { return s.second.number == number && s.second.holds; })) {
            found.insert(rows.sequence(0));
        }
    }
    return then(row, [&](bool) { return std::move(found); });
}

storage_result<void> ledger::erase_failures(std::uint64_t sequence) {
    return query(erase_, sequence).run();
}

} // namespace hookd::journal
