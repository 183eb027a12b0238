// SPDX-License-Identifier: MIT
#include "journal/sqlite/history.hpp"

#include "journal/selection.hpp"

#include <hookd/core/number.hpp>

#include <algorithm>
#include <utility>

namespace hookd::journal {

storage_result<history> history::prepare(database& file) {
    auto blocks = block_index::prepare(file);
    if (!blocks) {
        return std::unexpected(blocks.error());
    }
    history made(std::move(*blocks));
    // SQLite knows a column's length without reading it.
    const std::pair<statement history::*, const char*> statements[] = {
        {&history::head_, "SELECT sequence, accepted, endpoint, id, type, unbranded, json, peer, timestamp, "
                          "collection, document, '', '', length(body) FROM event WHERE sequence = ?"},
        {&history::forward_, "SELECT sequence FROM event WHERE sequence > ? AND sequence <= ? "
                             "ORDER BY sequence LIMIT ?"},
        {&history::backward_, "SELECT sequence FROM event WHERE sequence < ? AND sequence >= ? "
                              "ORDER BY sequence DESC LIMIT ?"},
        {&history::failed_forward_, "SELECT sequence FROM delivery WHERE state < 2 AND sequence > ? AND sequence <= ? "
                                    "ORDER BY sequence LIMIT ?"},
        {&history::failed_backward_, "SELECT sequence FROM delivery WHERE state < 2 AND sequence < ? AND sequence >= ? "
                                     "ORDER BY sequence DESC LIMIT ?"},
        {&history::rows_forward_, "SELECT sequence FROM delivery WHERE sequence > ? AND sequence <= ? "
                                  "ORDER BY sequence LIMIT ?"},
        {&history::rows_backward_, "SELECT sequence FROM delivery WHERE sequence < ? AND sequence >= ? "
                                   "ORDER BY sequence DESC LIMIT ?"},
    };
    return then(file.prepare_all(made, statements), [&] { return std::move(made); });
}

storage_result<history::candidates> history::by_id(event_table& events, const std::string& id,
                                                   const event_query& what) {
    auto found = events.with_id(id);
    if (!found) {
        return std::unexpected(found.error());
    }
    if (const auto number = whole_number(id); found->empty() && number) {
        found->push_back(*number);
    }
    std::ranges::sort(*found);
    if (what.newest_first) {
        std::ranges::reverse(*found);
    }
    std::erase_if(*found, [&](std::uint64_t each) { return !is_in_range(what, each); });
    const auto position = found->empty() ? what.from : found->back();
    return candidates{.sequences = std::move(*found), .position = position};
}

// What is in one of these states has a row for it: few, where events are many.
statement& history::rows_with(const event_query& what) {
    const auto& state = what.filter.state;
    if (state == delivery_state::retrying || state == delivery_state::dead) {
        return what.newest_first ? failed_backward_ : failed_forward_;
    }
    if (state == delivery_state::dropped) {
        return what.newest_first ? rows_backward_ : rows_forward_;
    }
    return what.newest_first ? backward_ : forward_;
}

/// Adds those behind `from`, up to `to`, until there are `most` rows. Whether there were.
storage_result<bool> history::add_candidates(statement& rows, std::uint64_t from, std::uint64_t to, std::size_t most,
                                             std::vector<std::uint64_t>& found) {
    query row(rows, from, to, static_cast<std::uint64_t>(most));
    std::size_t count = 0;
    auto there = row.step();
    for (; there && *there; there = row.step()) {
        ++count;
        if (found.empty() || found.back() != row.sequence(0)) {
            found.push_back(row.sequence(0));
        }
    }
    return then(there, [&](bool) { return count == most; });
}

storage_result<history::candidates> history::find_candidates(event_table& events, const event_query& what,
                                                             const tuning& limits) {
    if (const auto& id = what.filter.id) {
        return by_id(events, *id, what);
    }
    const bool backward = what.newest_first;
    const auto last = std::min<std::uint64_t>(what.up_to, INT64_MAX - 1);
    auto at = backward && what.from == 0 ? last + 1 : std::min(what.from, last + 1);
    candidates found{.sequences = {}, .position = what.from};
    for (std::size_t parts = 0; backward ? at > 1 : at < last; ++parts) {
        if (parts == limits.history_parts || found.sequences.size() >= limits.history_rows) {
            found.position = at;
            found.cut = true;
            break;
        }
        const auto part = block_index::narrows(what.filter)
                              ? blocks_.part_of(backward ? at - 1 : at + 1, what.filter)
                              : block_index::part{.first = 0, .last = INT64_MAX, .may_match = true};
        if (!part) {
            return std::unexpected(part.error());
        }
        const auto to = backward ? part->first : std::min(part->last, last);
        if (part->may_match) {
            const auto most = limits.history_rows - found.sequences.size();
            const auto full = add_candidates(rows_with(what), at, to, most, found.sequences);
            if (!full) {
                return std::unexpected(full.error());
            }
            found.position = found.sequences.empty() ? found.position : found.sequences.back();
            if (*full) {
                found.cut = true;
                break;
            }
        } else {
            found.position = to; // there are events behind it: what is not indexed yet
        }
        at = to;
    }
    return found;
}

storage_result<std::optional<event_details>> history::read(event_table& events, std::uint64_t sequence) {
    query rows(head_, sequence);
    const auto head =
        then(rows.step(), [&](bool there) { return there ? events.row(rows) : storage_result<event_ptr>(); });
    return then(head, [&](const event_ptr& found) {
        return found ? std::optional(event_details{.head = *found, .body_size = rows.sequence(13), .sinks = {}})
                     : std::nullopt;
    });
}

std::vector<history::asked_sink> history::asked_sinks(const ledger& sinks, const event_query& what) {
    std::vector<asked_sink> asked;
    for (const auto& scope : what.scopes) {
        asked.push_back({.name = scope.name, .scope = &scope, .known = sinks.known(scope.name)});
    }
    for (const auto& name : sinks.names()) {
        if (std::ranges::find(what.scopes, name, &sink_scope::name) == what.scopes.end()) {
            asked.push_back({.name = name, .scope = nullptr, .known = sinks.known(name)});
        }
    }
    return asked;
}

bool history::need_body(const std::vector<asked_sink>& asked, const event& head) {
    return std::ranges::any_of(asked, [&](const asked_sink& each) {
        const auto* const then = each.known ? each.known->past.definition_of(head.sequence) : nullptr;
        return (each.scope != nullptr && needs_body(each.scope->filters, head)) ||
               (then != nullptr && needs_body(then->filters, head));
    });
}

storage_result<void> history::add_sinks(ledger& sinks, const std::vector<asked_sink>& asked, bool attempts,
                                        event_details& details) {
    auto rows = sinks.rows_of(details.head.sequence);
    if (!rows) {
        return std::unexpected(rows.error());
    }
    for (const auto& each : asked) {
        std::optional<delivery_row> row;
        if (const auto found = each.known ? rows->find(each.known->number) : rows->end(); found != rows->end()) {
            row = std::move(found->second);
        }
        const auto* const past = each.known ? &each.known->past : nullptr;
        const bool has_row = row.has_value();
        auto shown = each.scope != nullptr ? std::optional(delivery_of(*each.scope, details.head, past, std::move(row)))
                                           : orphan_delivery_of(each.name, details.head, *past, std::move(row));
        if (!shown) {
            continue;
        }
        if (has_row && attempts) {
            auto log = sinks.attempts(details.head.sequence, each.known->number);
            if (!log) {
                return std::unexpected(log.error());
            }
            shown->log = std::move(*log);
        }
        details.sinks.push_back(std::move(*shown));
    }
    return {};
}

storage_result<event_page> history::read_page(event_table& events, ledger& sinks, const event_query& what,
                                              const tuning& limits) {
    const auto asked = asked_sinks(sinks, what);
    const auto found = find_candidates(events, what, limits);
    if (!found) {
        return std::unexpected(found.error());
    }
    auto page =
        make_page(what, found->sequences, limits.history_bytes, [&](std::uint64_t sequence, std::size_t& bytes) {
            auto details = read(events, sequence);
            if (details && *details && !matches_head(what.filter, (*details)->head)) {
                details->reset();
            }
            if (details && *details && what.deliveries && need_body(asked, (*details)->head)) {
                const auto whole = events.find(sequence);
                if (!whole) {
                    return storage_result<std::optional<event_details>>(std::unexpected(whole.error()));
                }
                (*details)->head.body = (*whole)->body;
                bytes += (*whole)->body.size();
            }
            if (details && *details && what.deliveries) {
                if (auto added = add_sinks(sinks, asked, what.attempts, **details); !added) {
                    return storage_result<std::optional<event_details>>(std::unexpected(added.error()));
                }
                (*details)->head.body.clear();
            }
            return details;
        });
    if (page && !page->more) {
        page->more = found->cut;
        page->position = found->position;
    }
    return page;
}

/// A page of what is to be changed.
storage_result<event_page> history::read_part(event_table& events, ledger& sinks, event_query which,
                                              const tuning& limits) {
    which.newest_first = false;
    which.most = std::min(which.most, limits.history_mended);
    return read_page(events, sinks, which, limits);
}

storage_result<erased> history::erase(event_table& events, ledger& sinks, const erasure& what, const tuning& limits) {
    const auto page = read_part(events, sinks, what.which, limits);
    if (!page) {
        return std::unexpected(page.error());
    }
    return erase_page(*page, what, [&](std::uint64_t sequence) {
        return then(then(events.erase(sequence), [&] { return sinks.erase(sequence); }),
                    [&] { return blocks_.forget(sequence); });
    });
}

storage_result<repaired> history::apply(event_table& events, ledger& sinks, const repair& what, const tuning& limits) {
    const auto page = read_part(events, sinks, what.which, limits);
    if (!page) {
        return std::unexpected(page.error());
    }
    return repair_page(
        *page, what, [&](const auto& sink, auto sequence, const auto& row) { return sinks.put(sink, sequence, row); });
}

} // namespace hookd::journal
