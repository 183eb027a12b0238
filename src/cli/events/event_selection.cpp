// SPDX-License-Identifier: MIT
#include "cli/events/event_selection.hpp"

#include "cli/events/event_source.hpp"
#include "cli/time_argument.hpp"

namespace hookd::cli {

namespace {

void add(std::string& query, std::string_view key, std::string_view value) {
    query += (query.empty() ? "" : "&") + parameter(key, value);
}

result<void> add_time(std::string& query, std::string_view key, const std::optional<std::string>& typed,
                      unix_millis now) {
    if (!typed) {
        return {};
    }
    const auto when = parse_moment(*typed, now);
    if (!when) {
        return std::unexpected{
            error{"--" + std::string{key} +
                  ": expected a time such as 2h (ago), 2026-11-23, '2026-11-23 08:00' or 2026-11-23T08:00:00Z"}};
    }
    add(query, key, to_rfc3339(*when));
    return {};
}

} // namespace

result<std::string> query_of(const event_selection& what, unix_millis now) {
    std::string query;
    const auto add_text = [&](std::string_view key, const std::optional<std::string>& value) {
        if (value) {
            add(query, key, *value);
        }
    };
    add_text("type", what.type);
    add_text("endpoint", what.endpoint);
    add_text("collection", what.collection);
    add_text("document", what.document);
    add_text("q", what.text);
    add_text("sink", what.sink);
    add_text("state", what.state);
    if (auto since = add_time(query, "since", what.since, now); !since) {
        return std::unexpected{since.error()};
    }
    if (auto until = add_time(query, "until", what.until, now); !until) {
        return std::unexpected{until.error()};
    }
    return query;
}

} // namespace hookd::cli
