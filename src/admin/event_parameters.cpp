// SPDX-License-Identifier: MIT
#include "admin/event_parameters.hpp"

#include "admin/event_view.hpp"
#include "admin/target.hpp"

#include <hookd/core/number.hpp>
#include <hookd/core/rfc3339.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace hookd::admin {

namespace {

constexpr std::uint64_t most_events = 1'000;

using error_text = std::optional<std::string>;

error_text read_number(std::string_view text, std::uint64_t least, std::uint64_t most, std::uint64_t& into) {
    if (const auto number = whole_number(text); number && *number >= least && *number <= most) {
        into = *number;
        return std::nullopt;
    }
    return "expected a number from " + std::to_string(least) + " to " + std::to_string(most);
}

error_text read_time(std::string_view text, std::optional<unix_millis>& into) {
    into = parse_rfc3339(text);
    return into ? std::nullopt : error_text{"expected an RFC 3339 time such as 2026-11-23T08:00:00Z"};
}

error_text read_state(std::string_view text, std::optional<journal::delivery_state>& into) {
    into = state_from(text);
    return into ? std::nullopt : error_text{"expected one of " + all_states()};
}

error_text read_order(std::string_view text, bool& newest_first) {
    newest_first = text == "newest";
    return newest_first || text == "oldest" ? std::nullopt : error_text{"expected newest or oldest"};
}

error_text read_flag(std::string_view text, bool& into) {
    into = text == "true";
    return into || text == "false" ? std::nullopt : error_text{"expected true or false"};
}

error_text read_sink(std::string&& name, journal::event_query& into) {
    if (std::ranges::find(into.scopes, name, &journal::sink_scope::name) == into.scopes.end()) {
        return "unknown sink '" + name + "'";
    }
    into.filter.sink = std::move(name);
    return std::nullopt;
}

using reader = error_text (*)(std::string&& value, event_parameters& into);

template <std::optional<std::string> journal::event_filter::* Member>
error_text read_text(std::string&& value, event_parameters& into) {
    into.query.filter.*Member = std::move(value);
    return std::nullopt;
}

/// A set of requests.
constexpr unsigned of(request_about_events what) {
    return 1U << static_cast<unsigned>(what);
}
constexpr unsigned lists = of(request_about_events::list) | of(request_about_events::documents);
constexpr unsigned about_events = ~of(request_about_events::documents);

struct parameter {
    std::string_view key;
    reader read;
    unsigned by = ~0U; ///< The requests that take it.

    bool fits(request_about_events what) const { return (by & of(what)) != 0; }
};

constexpr parameter parameters[] = {
    {"id", read_text<&journal::event_filter::id>, about_events},
    {"type", read_text<&journal::event_filter::type>, about_events},
    {"endpoint", read_text<&journal::event_filter::endpoint>, about_events},
    {"collection", read_text<&journal::event_filter::collection>},
    {"document", read_text<&journal::event_filter::document>},
    {"since", [](std::string&& value, event_parameters& into) { return read_time(value, into.query.filter.since); },
     about_events},
    {"until", [](std::string&& value, event_parameters& into) { return read_time(value, into.query.filter.until); },
     about_events},
    {"q", read_text<&journal::event_filter::text>},
    {"sink", [](std::string&& value, event_parameters& into) { return read_sink(std::move(value), into.query); },
     about_events},
    {"state", [](std::string&& value, event_parameters& into) { return read_state(value, into.query.filter.state); },
     about_events & ~of(request_about_events::stream)},
    {"order", [](std::string&& value, event_parameters& into) { return read_order(value, into.query.newest_first); },
     of(request_about_events::list)},
    {"from",
     [](std::string&& value, event_parameters& into) {
         auto wrong = read_number(value, 0, INT64_MAX, into.query.from);
         into.from = into.query.from;
         return wrong;
     }},
    {"up_to",
     [](std::string&& value, event_parameters& into) { return read_number(value, 0, INT64_MAX, into.query.up_to); },
     about_events},
    {"limit",
     [](std::string&& value, event_parameters& into) {
         std::uint64_t most = 0;
         auto wrong = read_number(value, 1, most_events, most);
         into.query.most = static_cast<std::size_t>(most);
         return wrong;
     },
     lists},
    {"failed", [](std::string&& value, event_parameters& into) { return read_flag(value, into.failed); },
     of(request_about_events::documents)},
    {"dry_run", [](std::string&& value, event_parameters& into) { return read_flag(value, into.dry_run); },
     of(request_about_events::change)},
    {"all_sinks", [](std::string&& value, event_parameters& into) { return read_flag(value, into.all_sinks); },
     of(request_about_events::change)},
};

std::string unknown(const std::string& key, request_about_events what) {
    std::string message = "unknown parameter " + key + ": expected one of";
    for (const auto each : parameters_of(what)) {
        message += ' ';
        message += each;
    }
    return message;
}

} // namespace

std::vector<std::string_view> parameters_of(request_about_events what) {
    std::vector<std::string_view> keys;
    for (const auto& each : parameters) {
        if (each.fits(what)) {
            keys.push_back(each.key);
        }
    }
    return keys;
}

result<event_parameters> read_event_parameters(std::string_view target, request_about_events what,
                                               std::vector<journal::sink_scope> sinks) {
    auto pairs = query_pairs(target);
    if (!pairs) {
        return std::unexpected{pairs.error()};
    }
    event_parameters read;
    read.query.scopes = std::move(sinks);
    read.query.newest_first = true;
    for (auto& [key, value] : *pairs) {
        const auto* const known = std::ranges::find(parameters, key, &parameter::key);
        if (known == std::end(parameters) || !known->fits(what)) {
            return std::unexpected{error{unknown(key, what)}};
        }
        if (const auto wrong = known->read(std::move(value), read)) {
            return std::unexpected{error{key + ": " + *wrong}};
        }
    }
    return read;
}

} // namespace hookd::admin
