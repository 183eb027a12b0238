// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/journal/event_search.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hookd::admin {

enum class request_about_events : std::uint8_t { list, count, change, stream, documents };

/// The parameters of a request about events.
struct event_parameters {
    journal::event_query query;        ///< With all current sinks.
    std::optional<std::uint64_t> from; ///< Also in the query.
    bool failed = false;               ///< Of documents: only those whose newest event tells of a failure.
    bool dry_run = false;
    bool all_sinks = false;
};

/// The keys that the request takes.
std::vector<std::string_view> parameters_of(request_about_events what);

/// Reads them from a target. Strict: a key that the request does not support, an unknown sink or a malformed value is
/// an error.
result<event_parameters> read_event_parameters(std::string_view target, request_about_events what,
                                               std::vector<journal::sink_scope> sinks);

} // namespace hookd::admin
