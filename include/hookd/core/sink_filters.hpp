// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hookd {

/// Which events a sink gets: everything must hold.
struct sink_filters {
    std::vector<std::string> events{"*"};      ///< Patterns, of which the type matches one.
    std::vector<std::string> endpoints{"*"};   ///< Of the endpoint's name.
    std::vector<std::string> collections{"*"}; ///< Of the collection; an event without one has the empty one.
    std::vector<std::string> documents{"*"};   ///< Of the document; the same.
    /// JSON pointers, and what the body has there: strings, numbers and booleans as JSON. Nothing of a body that is not
    /// JSON holds.
    std::map<std::string, std::string> match{};

    bool operator==(const sink_filters&) const = default;
};

/// A key of the configuration whose patterns a member of an event must match.
struct pattern_filter {
    std::string_view key;
    std::vector<std::string> sink_filters::* patterns;
    std::string event::* text;
};
inline constexpr std::array pattern_filters{
    pattern_filter{"events", &sink_filters::events, &event::type},
    pattern_filter{"endpoints", &sink_filters::endpoints, &event::endpoint},
    pattern_filter{"collections", &sink_filters::collections, &event::collection},
    pattern_filter{"documents", &sink_filters::documents, &event::document},
};

/// Whether the filters match the event. They look at the body only if the rest holds and there is a `match`.
bool wants(const sink_filters& filters, const event& what);
/// The same without a look at the body: what is wanted may then still not match.
bool wants_head(const sink_filters& filters, const event& head);
/// Whether it depends on the body, which `head` need not have.
bool needs_body(const sink_filters& filters, const event& head);

/// As JSON: what is not there matches everything.
std::string to_text(const sink_filters& filters);
/// Empty: `to_text` does not write such a text.
std::optional<sink_filters> parse_sink_filters(std::string_view text);

} // namespace hookd
