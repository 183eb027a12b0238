// SPDX-License-Identifier: MIT
#include "journal/selection.hpp"

#include <hookd/core/pattern.hpp>
#include <hookd/core/text.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace hookd::journal {

namespace {

constexpr std::size_t most_detail = 4096;

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

bool matches_sinks(const event_filter& filter, const event_details& details) {
    const auto wanted = [&](const sink_delivery& each) {
        return filter.state ? each.state == *filter.state : each.state != delivery_state::unwanted;
    };
    if (filter.sink) {
        const auto found = std::ranges::find(details.sinks, *filter.sink, &sink_delivery::sink);
        return found != details.sinks.end() && wanted(*found);
    }
    if (!filter.state) {
        return true;
    }
    const bool any = std::ranges::any_of(details.sinks, wanted);
    if (*filter.state != delivery_state::delivered) {
        return any;
    }
    return any && std::ranges::all_of(details.sinks, [&](const sink_delivery& each) {
               return wanted(each) || each.state == delivery_state::unwanted;
           });
}

bool is_in_range(const event_query& what, std::uint64_t sequence) {
    const bool passed = what.newest_first ? what.from != 0 && sequence >= what.from : sequence <= what.from;
    return !passed && sequence <= what.up_to;
}

std::optional<std::uint64_t> as_sequence(const std::string& id) {
    std::uint64_t number = 0;
    const auto [end, ec] = std::from_chars(id.data(), id.data() + id.size(), number);
    return ec == std::errc{} && end == id.data() + id.size() ? std::optional{number} : std::nullopt;
}

sink_delivery without_row(const sink_scope& scope, const event& head, std::optional<std::uint64_t> cursor) {
    const bool wanted = matches_any(scope.events, head.type) && matches_any(scope.endpoints, head.endpoint);
    const bool passed = cursor && head.sequence <= *cursor;
    return {.sink = scope.name,
            .state = !wanted  ? delivery_state::unwanted
                     : passed ? delivery_state::delivered
                              : delivery_state::pending,
            .next_try = {},
            .detail = {}};
}

sink_delivery with_row(const sink_scope& scope, failure row) {
    return {.sink = scope.name,
            .state = row.dead ? delivery_state::dead : delivery_state::waiting,
            .attempts = row.attempts,
            .next_try = row.next_try,
            .detail = std::move(row.detail)};
}

std::size_t weight(const event_details& details) {
    std::size_t bytes = sizeof(event_details) + details.head.document.size() + details.head.collection.size();
    for (const auto& each : details.sinks) {
        bytes += sizeof(each) + each.detail.size();
    }
    return bytes;
}

failure bounded(failure row) {
    row.detail.resize(utf8_prefix(row.detail, most_detail).size());
    return row;
}

bool is_to_be_repaired(const repair& what, const sink_delivery& delivery) {
    const auto& filter = what.which.filter;
    if ((filter.sink && *filter.sink != delivery.sink) || (filter.state && *filter.state != delivery.state)) {
        return false;
    }
    if (what.kind == repair_kind::drop) {
        return delivery.state == delivery_state::dead;
    }
    return delivery.state == delivery_state::dead || delivery.state == delivery_state::waiting ||
           delivery.state == delivery_state::delivered;
}

std::optional<failure> row_after(const repair& what, std::uint64_t sequence) {
    if (what.kind == repair_kind::drop) {
        return std::nullopt;
    }
    return failure{
        .sequence = sequence, .attempts = 0, .next_try = what.now, .dead = false, .detail = "to be replayed"};
}

} // namespace hookd::journal
