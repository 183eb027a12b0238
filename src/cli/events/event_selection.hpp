// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/time.hpp>

#include <optional>
#include <string>

namespace hookd::cli {

/// The filters that the commands about events share, as they were typed.
struct event_selection {
    std::optional<std::string> type;
    std::optional<std::string> endpoint;
    std::optional<std::string> collection;
    std::optional<std::string> document;
    std::optional<std::string> text;
    std::optional<std::string> sink;
    std::optional<std::string> state;
    std::optional<std::string> since;
    std::optional<std::string> until;

    /// Whether anything but the sink is given.
    bool narrows() const { return type || endpoint || collection || document || text || state || since || until; }
};

/// As the query of a target, without `?`; empty if nothing is given.
result<std::string> query_of(const event_selection& what, unix_millis now);

} // namespace hookd::cli
