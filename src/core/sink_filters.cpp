// SPDX-License-Identifier: MIT
#include <hookd/core/json_pointer.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/pattern.hpp>
#include <hookd/core/sink_filters.hpp>

#include <algorithm>

namespace hookd {

bool wants_head(const sink_filters& filters, const event& head) {
    return std::ranges::all_of(pattern_filters, [&](const pattern_filter& each) {
        const auto& patterns = filters.*each.patterns;
        const bool all = patterns.size() == 1 && patterns.front() == "*"; // as most are; asked for each event and sink
        return all || matches_any(patterns, head.*each.text);
    });
}

bool needs_body(const sink_filters& filters, const event& head) {
    return !filters.match.empty() && wants_head(filters, head);
}

bool wants(const sink_filters& filters, const event& what) {
    const auto holds = [&](const auto& each) {
        const auto found = find_json(what.body, each.first);
        return found && is_same_scalar(each.second, *found);
    };
    return wants_head(filters, what) &&
           (filters.match.empty() || (what.json && std::ranges::all_of(filters.match, holds)));
}

std::string to_text(const sink_filters& filters) {
    const sink_filters everything;
    auto object = nlohmann::ordered_json::object();
    for (const auto& each : pattern_filters) {
        if (filters.*each.patterns != everything.*each.patterns) {
            object[std::string(each.key)] = filters.*each.patterns;
        }
    }
    if (!filters.match.empty()) {
        object["match"] = filters.match;
    }
    return object.dump();
}

std::optional<sink_filters> parse_sink_filters(std::string_view text) {
    const auto object = parse_json(text);
    const auto is_text = [](const auto& value) { return value.is_string(); };
    if (!object.is_object()) {
        return std::nullopt;
    }
    sink_filters filters;
    for (const auto& [key, value] : object.items()) {
        const auto known = std::ranges::find(pattern_filters, key, &pattern_filter::key);
        const bool match = key == "match" && value.is_object();
        if ((!match && (known == pattern_filters.end() || !value.is_array())) || !std::ranges::all_of(value, is_text)) {
            return std::nullopt;
        }
        if (match) {
            value.get_to(filters.match);
        } else {
            value.get_to(filters.*known->patterns);
        }
    }
    return filters;
}

} // namespace hookd
