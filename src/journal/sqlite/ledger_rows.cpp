// SPDX-License-Identifier: MIT
#include "journal/sqlite/ledger.hpp"
#include "journal/sqlite/millis.hpp"

#include <hookd/core/failpoint.hpp>

#include <algorithm>
#include <utility>

/// The rows of deliveries that did not succeed at once.
namespace hookd::journal {

/// Takes the row that is there out of the counts; empty: there is none.
storage_result<std::optional<row_state>> ledger::count_out(sink& of, std::uint64_t sequence) {
    query before(state_, sequence, of.number);
    return then(before.step(), [&](bool there) {
        std::optional<row_state> was;
        if (there) {
            was = static_cast<row_state>(before.number(0));
            of.dead -= was == row_state::dead ? 1 : 0;
            of.waiting -= was == row_state::retrying ? 1 : 0;
        }
        return was;
    });
}

storage_result<void> ledger::apply_change(sink& of, std::uint64_t sequence, const changes::of_event& what) {
    const auto was = count_out(of, sequence);
    if (!was) {
        return std::unexpected(was.error());
    }
    if (!what.row && !*was && !what.failed) {
        return {}; // delivered at once
    }
    if (what.row && what.row->dead && failpoint("forget_dead_letter")) {
        return {};
    }
    const auto number = attempts_.add(sequence, of.number, what.attempts);
    return then(number, [&](unsigned last) {
        return write(of, sequence, what.row ? row_of(*what.row) : row_of(what.attempts.back(), last));
    });
}

storage_result<void> ledger::write(sink& of, std::uint64_t sequence, const delivery_row& row) {
    of.dead += row.state == row_state::dead ? 1 : 0;
    of.waiting += row.state == row_state::retrying ? 1 : 0;
    return query(put_, sequence, of.number, static_cast<std::int64_t>(row.state), std::int64_t{row.attempts},
                 to_millis(row.time), row.detail)
        .run();
}

storage_result<void> ledger::put(std::string_view name, std::uint64_t sequence, const delivery_row& row) {
    const auto found = changed(name);
    if (found == uncommitted_.end()) {
        return {};
    }
    auto& sink = found->second;
    const auto counters = sink.counters ? storage_result<void>() : count_failures(sink);
    const auto was = then(counters, [&] { return count_out(sink, sequence); });
    return then(was, [&](const auto&) { return write(sink, sequence, row); });
}

storage_result<void> ledger::count_failures(sink& of) {
    of.waiting = 0;
    of.dead = 0;
    of.counters = true;
    query rows(count_, of.number);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        (static_cast<row_state>(rows.number(0)) == row_state::dead ? of.dead : of.waiting) += rows.sequence(1);
    }
    return then(row, [](bool) {});
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

storage_result<std::map<std::int64_t, delivery_row>> ledger::rows_of(std::uint64_t sequence) {
    std::map<std::int64_t, delivery_row> found;
    query rows(rows_, sequence);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        found[rows.number(0)] = {.state = static_cast<row_state>(rows.number(1)),
                                 .attempts = static_cast<unsigned>(rows.number(2)),
                                 .time = from_millis(rows.number(3)),
                                 .detail = rows.text(4)};
    }
    return then(row, [&](bool) { return std::move(found); });
}

storage_result<void> ledger::erase_rows(std::uint64_t sequence) {
    return then(query(erase_, sequence).run(), [&] { return attempts_.erase(sequence); });
}

storage_result<void> ledger::erase(std::uint64_t sequence) {
    for (const auto& name : names()) {
        auto& sink = changed(name)->second;
        if (auto counted = sink.counters ? count_out(sink, sequence) : std::nullopt; !counted) {
            return std::unexpected(counted.error());
        }
    }
    return erase_rows(sequence);
}

} // namespace hookd::journal
