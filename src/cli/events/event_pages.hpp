// SPDX-License-Identifier: MIT
#pragma once

#include "cli/events/event_source.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace hookd::cli {

/// One page of events.
struct event_part {
    std::vector<nlohmann::ordered_json> events;
    std::uint64_t position = 0;
    std::uint64_t last_sequence = 0;
    bool more = false;
};

/// How a command ends that got an unexpected response.
std::unexpected<command_end> not_understood();

/// `query` without `from`, `limit` and `order`.
command_result<event_part> ask_events(event_source& from, const std::string& query, bool newest_first,
                                      std::uint64_t position, std::uint64_t limit);

/// Sequence number of the newest event; 0: there never was one.
command_result<std::uint64_t> ask_last_sequence(event_source& from);

} // namespace hookd::cli
