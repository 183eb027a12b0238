// SPDX-License-Identifier: MIT
#include "journal/selection.hpp"

#include <hookd/core/http_message.hpp>
#include <hookd/core/pattern.hpp>
#include <hookd/core/text.hpp>

#include <algorithm>
#include <utility>

namespace hookd::journal {

namespace {

constexpr std::size_t most_detail = 4096;
constexpr std::size_t most_attempt_detail = 512;

bool was_to_get_it(const sink_delivery& each) {
    return each.state != delivery_state::filtered && each.state != delivery_state::before_sink;
}

void fill(sink_delivery& shown, delivery_row row) {
    switch (row.state) {
    case row_state::retrying:
        shown.state = delivery_state::retrying;
        shown.next_try = row.time;
        break;
    case row_state::dead:
        shown.state = delivery_state::dead;
        break;
    case row_state::delivered:
    case row_state::dropped:
        shown.state = row.state == row_state::delivered ? delivery_state::delivered : delivery_state::dropped;
        shown.at = row.time;
        break;
    }
    shown.attempts = row.attempts;
    shown.detail = std::move(row.detail);
}

/// Of an event without a row that the sink has passed. Without definitions, the current filters are all that is known.
void fill_passed(sink_delivery& shown, const event& head, const sink_history& known, const sink_filters& current) {
    const auto* const then = known.definition_of(head.sequence);
    if (then == nullptr && !known.definitions().empty()) {
        shown.state = delivery_state::before_sink;
        return;
    }
    const bool wanted = wants(then != nullptr ? then->filters : current, head);
    shown.state = wanted ? delivery_state::delivered : delivery_state::filtered;
    if (wanted) {
        shown.at = known.passed_at(head.sequence);
    }
}

} // namespace

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

bool has_text(std::string_view in, std::string_view text) {
    for (std::size_t at = 0; at + text.size() <= in.size(); ++at) {
        if (same_but_for_case(in.substr(at, text.size()), text)) {
            return true;
        }
    }
    return false;
}

namespace {

bool has_text(const event_details& details, std::string_view text) {
    const auto has = [&](std::string_view part) { return journal::has_text(part, text); };
    return has(details.head.id) || has(details.head.document) || has(details.head.collection) ||
           std::ranges::any_of(details.sinks, has, &sink_delivery::detail);
}

} // namespace

bool matches_sinks(const event_filter& filter, const event_details& details) {
    if (filter.text && !has_text(details, *filter.text)) {
        return false;
    }
    const auto matches = [&](const sink_delivery& each) {
        return filter.state ? each.state == *filter.state : each.wanted || was_to_get_it(each);
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
               return matches(each) || !was_to_get_it(each) || each.state == delivery_state::orphaned;
           });
}

bool is_in_range(const event_query& what, std::uint64_t sequence) {
    const bool passed = what.newest_first ? what.from != 0 && sequence >= what.from : sequence <= what.from;
    return !passed && sequence <= what.up_to;
}

sink_delivery delivery_of(const sink_scope& scope, const event& head, const sink_history* known,
                          std::optional<delivery_row> row) {
    const bool passed = known == nullptr || head.sequence <= known->cursor();
    sink_delivery shown{.sink = scope.name, .wanted = known != nullptr && wants(scope.filters, head), .passed = passed};
    if (row) {
        fill(shown, std::move(*row));
    } else if (known == nullptr) {
        shown.state = delivery_state::before_sink; // it begins when it is opened
    } else if (passed) {
        fill_passed(shown, head, *known, scope.filters);
    } else {
        shown.state = shown.wanted ? delivery_state::waiting : delivery_state::filtered;
    }
    const bool open = shown.state == delivery_state::waiting || shown.state == delivery_state::retrying;
    if (open && std::ranges::find(scope.in_flight, head.sequence) != scope.in_flight.end()) {
        shown.state = delivery_state::in_flight;
    }
    return shown;
}

std::optional<sink_delivery> orphan_delivery_of(const std::string& sink, const event& head, const sink_history& known,
                                                std::optional<delivery_row> row) {
    sink_delivery shown{.sink = sink};
    if (row) {
        const bool open = row->is_open();
        fill(shown, std::move(*row));
        shown.state = open ? delivery_state::orphaned : shown.state;
    } else if (head.sequence <= known.cursor()) {
        fill_passed(shown, head, known, {});
    } else {
        shown.state = waits_for(known, head) ? delivery_state::orphaned : delivery_state::filtered;
    }
    return was_to_get_it(shown) ? std::optional(std::move(shown)) : std::nullopt;
}

bool waits_for(const sink_history& orphan, const event& head) {
    return head.sequence > orphan.cursor() &&
           (orphan.definitions().empty() || wants(orphan.definitions().back().filters, head));
}

std::size_t weight(const event_details& details) {
    std::size_t bytes = sizeof(event_details) + details.head.document.size() + details.head.collection.size();
    for (const auto& each : details.sinks) {
        bytes += sizeof(each) + each.detail.size();
        for (const auto& made : each.log) {
            bytes += sizeof(made) + made.detail.size();
        }
    }
    return bytes;
}

delivery_row row_of(const failure& what) {
    return {.state = what.dead ? row_state::dead : row_state::retrying,
            .attempts = what.attempts,
            .time = what.next_try,
            .detail = std::string(utf8_prefix(what.detail, most_detail))};
}

delivery_row row_of(const attempt& success, unsigned number) {
    return {.state = row_state::delivered, .attempts = number, .time = success.start + success.took, .detail = {}};
}

failure failure_of(std::uint64_t sequence, const delivery_row& row) {
    return {.sequence = sequence,
            .attempts = row.attempts,
            .next_try = row.time,
            .dead = row.state == row_state::dead,
            .detail = row.detail,
            .made = {}};
}

attempt bounded(attempt made) {
    made.detail.resize(utf8_prefix(made.detail, most_attempt_detail).size());
    return made;
}

bool is_to_be_repaired(const repair& what, const sink_delivery& delivery) {
    const auto& filter = what.which.filter;
    if ((filter.sink && *filter.sink != delivery.sink) || (filter.state && *filter.state != delivery.state)) {
        return false;
    }
    switch (delivery.state) {
    case delivery_state::dead:
        return true;
    case delivery_state::retrying:
        return what.kind == repair_kind::replay;
    case delivery_state::delivered:
    case delivery_state::dropped:
    case delivery_state::filtered:
    case delivery_state::before_sink:
        return what.kind == repair_kind::replay && delivery.wanted && (filter.sink || what.all_sinks);
    case delivery_state::waiting:
    case delivery_state::in_flight:
    case delivery_state::orphaned:
        return false;
    }
    return false;
}

delivery_row row_after(const repair& what, const sink_delivery& delivery) {
    if (what.kind == repair_kind::drop) {
        return {
            .state = row_state::dropped, .attempts = delivery.attempts, .time = what.now, .detail = delivery.detail};
    }
    return {.state = row_state::retrying, .attempts = 0, .time = what.now, .detail = "to be replayed"};
}

std::optional<unfinished_delivery> unfinished(const event_details& details, std::span<const sink_scope> configured) {
    const auto open = std::ranges::find_if(details.sinks, [&](const sink_delivery& each) {
        const bool ended =
            each.passed && each.state != delivery_state::in_flight && each.state != delivery_state::retrying;
        return !ended && std::ranges::find(configured, each.sink, &sink_scope::name) != configured.end();
    });
    return open == details.sinks.end()
               ? std::nullopt
               : std::optional(unfinished_delivery{details.head.sequence, open->sink, open->state});
}

} // namespace hookd::journal
