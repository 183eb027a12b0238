// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace hookd::cli {

struct report_style {
    bool utc = false;
    bool colour = false;
    std::size_t columns = 80;
    std::string sink{}; ///< Whose state a list shows; empty: what most needs attention of all.
    bool whole = false; ///< Names in a list are not truncated: for a pipe, so that they can be searched for.
};

/// The daemon's events, for people. Data from clients is escaped, and truncated to fit.
std::string event_list_head(const report_style& style);
std::string event_list_line(const nlohmann::ordered_json& event, const report_style& style);
/// A change of a delivery, below the list.
std::string delivery_line(const nlohmann::ordered_json& delivery, const report_style& style);
/// Sinks whose events wait, and why: `paused`, `unavailable since …: …`. Not escaped.
using held_up_sinks = std::map<std::string, std::string>;

/// All details of one event.
std::string event_story_text(const nlohmann::ordered_json& event, const held_up_sinks& held_up,
                             const report_style& style);

/// `1 event`, `3 events`.
std::string count_text(std::uint64_t count, const char* what);

} // namespace hookd::cli
