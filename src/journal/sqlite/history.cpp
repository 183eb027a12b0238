// SPDX-License-Identifier: MIT
#include "journal/sqlite/history.hpp"

#include "journal/selection.hpp"

#include <algorithm>
#include <utility>

namespace hookd::journal {

storage_result<history> history::prepare(database& file) {
    history made;
    // SQLite knows a column's length without reading it.
    const std::pair<statement history::*, const char*> statements[] = {
        {&history::head_, "SELECT sequence, accepted, endpoint, id, type, unbranded, json, peer, timestamp, "
                          "collection, document, '', '', length(body) FROM event WHERE sequence = ?"},
        {&history::forward_, "SELECT sequence FROM event WHERE sequence > ? AND sequence <= ? "
                             "ORDER BY sequence LIMIT ?"},
        {&history::backward_, "SELECT sequence FROM event WHERE sequence < ? AND sequence <= ? "
                              "ORDER BY sequence DESC LIMIT ?"},
        {&history::failed_forward_, "SELECT sequence FROM failure WHERE sequence > ? AND sequence <= ? "
                                    "ORDER BY sequence LIMIT ?"},
        {&history::failed_backward_, "SELECT sequence FROM failure WHERE sequence < ? AND sequence <= ? "
                                     "ORDER BY sequence DESC LIMIT ?"},
        {&history::failures_, "SELECT sink, attempts, next_try, dead, detail FROM failure WHERE sequence = ?"},
    };
    for (const auto& [member, sql] : statements) {
        auto prepared = file.prepare(sql);
        if (!prepared) {
            return std::unexpected(prepared.error());
        }
        made.*member = std::move(*prepared);
    }
    return made;
}

storage_result<history::candidates> history::by_id(event_table& events, const std::string& id,
                                                   const event_query& what) {
    auto found = events.with_id(id);
    if (!found) {
        return std::unexpected(found.error());
    }
    if (const auto number = as_sequence(id); found->empty() && number) {
        found->push_back(*number);
    }
    std::ranges::sort(*found);
    if (what.newest_first) {
        std::ranges::reverse(*found);
    }
    std::erase_if(*found, [&](std::uint64_t each) { return !is_in_range(what, each); });
    return candidates{.sequences = std::move(*found)};
}

storage_result<history::candidates> history::find_candidates(event_table& events, const event_query& what,
                                                             std::size_t most) {
    if (const auto& id = what.filter.id) {
        return by_id(events, *id, what);
    }
    // An event that waits or is dead has a row of its own for it: few, where events are many.
    const bool failed = what.filter.state == delivery_state::waiting || what.filter.state == delivery_state::dead;
    auto& from = what.newest_first ? (failed ? failed_backward_ : backward_) : (failed ? failed_forward_ : forward_);
    const auto last = std::min<std::uint64_t>(what.up_to, INT64_MAX);
    const auto start = std::min<std::uint64_t>(what.newest_first && what.from == 0 ? INT64_MAX : what.from, INT64_MAX);
    candidates found;
    query rows(from, start, last, static_cast<std::uint64_t>(most));
    std::size_t count = 0;
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        ++count;
        if (found.sequences.empty() || found.sequences.back() != rows.sequence(0)) {
            found.sequences.push_back(rows.sequence(0));
        }
    }
    found.cut = count == most;
    return then(row, [&](bool) { return std::move(found); });
}

storage_result<std::optional<event_details>> history::read(event_table& events, std::uint64_t sequence) {
    query rows(head_, sequence);
    return then(rows.step(), [&](bool there) {
        std::optional<event_details> details;
        if (const auto head = there ? events.row(rows) : nullptr) {
            details = event_details{.head = *head, .body_size = rows.sequence(13), .sinks = {}};
        }
        return details;
    });
}

storage_result<void> history::add_sinks(ledger& sinks, const event_query& what, event_details& details) {
    std::map<std::int64_t, failure> rows_by_sink;
    {
        query rows(failures_, details.head.sequence);
        auto row = rows.step();
        for (; row && *row; row = rows.step()) {
            rows_by_sink[rows.number(0)] = {.sequence = details.head.sequence,
                                            .attempts = static_cast<unsigned>(rows.number(1)),
                                            .next_try = unix_millis(std::chrono::milliseconds(rows.number(2))),
                                            .dead = rows.number(3) != 0,
                                            .detail = rows.text(4)};
        }
        if (!row) {
            return std::unexpected(row.error());
        }
    }
    for (const auto& scope : what.scopes) {
        const auto known = sinks.known(scope.name);
        const auto row = known ? rows_by_sink.find(known->number) : rows_by_sink.end();
        details.sinks.push_back(
            row != rows_by_sink.end()
                ? with_row(scope, std::move(row->second))
                : without_row(scope, details.head, known ? std::optional(known->cursor) : std::nullopt));
    }
    return {};
}

storage_result<event_page> history::read_page(event_table& events, ledger& sinks, const event_query& what,
                                              const tuning& limits) {
    const auto found = find_candidates(events, what, limits.history_rows);
    if (!found) {
        return std::unexpected(found.error());
    }
    auto page = make_page(what, found->sequences, limits.history_bytes, [&](std::uint64_t sequence) {
        auto details = read(events, sequence);
        if (details && *details && !matches_head(what.filter, (*details)->head)) {
            details->reset();
        }
        if (details && *details) {
            if (auto added = add_sinks(sinks, what, **details); !added) {
                details = std::unexpected(added.error());
            }
        }
        return details;
    });
    if (page) {
        page->more = page->more || found->cut;
    }
    return page;
}

storage_result<repaired> history::apply(event_table& events, ledger& sinks, const repair& what, const tuning& limits) {
    auto which = what.which;
    which.newest_first = false;
    which.most = std::min(which.most, limits.history_mended);
    const auto page = read_page(events, sinks, which, limits);
    if (!page) {
        return std::unexpected(page.error());
    }
    return repair_page(
        *page, what, [&](const auto& sink, auto sequence, const auto& row) { return sinks.put(sink, sequence, row); });
}

} // namespace hookd::journal
