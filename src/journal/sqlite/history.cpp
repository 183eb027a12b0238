// SPDX-License-Identifier: MIT
#include "journal/sqlite/history.hpp"

#include <hookd/core/pattern.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace hookd::journal {

namespace {

bool matches_head(const event_filter& filter, const event& head) {
    const auto fits = [](const std::optional<std::string>& pattern, const std::string& text) {
        return !pattern || matches(*pattern, text);
    };
    const auto equals = [](const std::optional<std::string>& wanted, const std::string& text) {
        return !wanted || *wanted == text;
    };
    return fits(filter.type, head.type) && fits(filter.endpoint, head.endpoint) &&
           equals(filter.collection, head.collection) && equals(filter.document, head.document) &&
           (!filter.since || head.accepted >= *filter.since) && (!filter.until || head.accepted < *filter.until);
}

/// Without a sink: in any; `delivered`: by all that want it, and by at least one.
bool matches_sinks(const event_filter& filter, const event_details& details) {
    const auto matches = [&](const sink_delivery& each) {
        return filter.state ? each.state == *filter.state : each.state != delivery_state::unwanted;
    };
    if (filter.sink) {
        const auto found = std::ranges::find(details.sinks, *filter.sink, &sink_delivery::sink);
        return found != details.sinks.end() && matches(*found);
    }
    if (!filter.state) {
        return true;
    }
    const bool any = std::ranges::any_of(details.sinks, matches);
    if (*filter.state != delivery_state::delivered) {
        return any;
    }
    return any && std::ranges::all_of(details.sinks, [&](const sink_delivery& each) {
               return matches(each) || each.state == delivery_state::unwanted;
           });
}

std::size_t weight(const event_details& details) {
    std::size_t bytes = sizeof(event_details) + details.head.document.size() + details.head.collection.size();
    for (const auto& each : details.sinks) {
        bytes += sizeof(each) + each.detail.size();
    }
    return bytes;
}

bool is_to_be_mended(const repair& what, const sink_delivery& details) {
    const auto& filter = what.which.filter;
    if ((filter.sink && *filter.sink != details.sink) || (filter.state && *filter.state != details.state)) {
        return false;
    }
    if (what.kind == repair_kind::drop) {
        return details.state == delivery_state::dead;
    }
    return details.state == delivery_state::dead || details.state == delivery_state::waiting ||
           details.state == delivery_state::delivered;
}

std::optional<failure> row_after(const repair& what, std::uint64_t sequence) {
    if (what.kind == repair_kind::drop) {
        return std::nullopt;
    }
    return failure{
        .sequence = sequence, .attempts = 0, .next_try = what.now, .dead = false, .detail = "to be replayed"};
}

std::optional<std::uint64_t> as_sequence(const std::string& text) {
    std::uint64_t number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    return ec == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

} // namespace

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
    std::erase_if(*found, [&](std::uint64_t each) {
        const bool passed = what.newest_first ? what.from != 0 && each >= what.from : each <= what.from;
        return passed || each > what.up_to;
    });
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
    std::map<std::int64_t, sink_delivery> rows_by_sink;
    {
        query rows(failures_, details.head.sequence);
        auto row = rows.step();
        for (; row && *row; row = rows.step()) {
            rows_by_sink[rows.number(0)] = {.sink = {},
                                            .state =
                                                rows.number(3) != 0 ? delivery_state::dead : delivery_state::waiting,
                                            .attempts = static_cast<unsigned>(rows.number(1)),
                                            .next_try = unix_millis(std::chrono::milliseconds(rows.number(2))),
                                            .detail = rows.text(4)};
        }
        if (!row) {
            return std::unexpected(row.error());
        }
    }
    for (const auto& scope : what.scopes) {
        const auto known = sinks.known(scope.name);
        const auto row = known ? rows_by_sink.find(known->number) : rows_by_sink.end();
        auto& added = details.sinks.emplace_back(row != rows_by_sink.end() ? std::move(row->second) : sink_delivery{});
        added.sink = scope.name;
        if (row != rows_by_sink.end()) {
            continue;
        }
        const bool wanted =
            matches_any(scope.events, details.head.type) && matches_any(scope.endpoints, details.head.endpoint);
        const bool passed = known && details.head.sequence <= known->cursor;
        added.state = !wanted ? delivery_state::unwanted : passed ? delivery_state::delivered : delivery_state::pending;
    }
    return {};
}

storage_result<event_page> history::read_page(event_table& events, ledger& sinks, const event_query& what,
                                              const tuning& limits) {
    const auto found = find_candidates(events, what, limits.history_rows);
    if (!found) {
        return std::unexpected(found.error());
    }
    event_page page{.events = {}, .position = what.from, .more = found->cut, .last_sequence = {}};
    std::size_t bytes = 0;
    for (const auto sequence : found->sequences) {
        if (page.events.size() >= what.most || bytes >= limits.history_bytes) {
            page.more = true;
            break;
        }
        page.position = sequence;
        auto looked = read(events, sequence);
        if (!looked) {
            return std::unexpected(looked.error());
        }
        auto& details = *looked;
        if (!details || !matches_head(what.filter, details->head)) {
            continue;
        }
        if (auto added = add_sinks(sinks, what, *details); !added) {
            return std::unexpected(added.error());
        }
        if (matches_sinks(what.filter, *details)) {
            bytes += weight(*details);
            page.events.push_back(std::move(*details));
        }
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
    std::set<std::string> touched;
    repaired done{.sinks = {}, .position = page->position, .more = page->more};
    for (const auto& details : page->events) {
        const auto before = done.deliveries;
        for (const auto& each : details.sinks) {
            if (!is_to_be_mended(what, each)) {
                continue;
            }
            ++done.deliveries;
            touched.insert(each.sink);
            const auto sequence = details.head.sequence;
            if (what.dry_run) {
                continue;
            }
            if (auto put = sinks.put(each.sink, sequence, row_after(what, sequence)); !put) {
                return std::unexpected(put.error());
            }
        }
        done.events += done.deliveries > before ? 1 : 0;
    }
    done.sinks.assign(touched.begin(), touched.end());
    return done;
}

} // namespace hookd::journal
