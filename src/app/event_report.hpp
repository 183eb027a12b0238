// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>

namespace hookd::app {

struct report_style {
    bool utc = false;
    bool colour = false;
    std::size_t columns = 80;
    bool whole = false; ///< No name in a list is cut to its column: for a pipe, where it may be looked for.
};

/// Events, as the daemon tells of them, for people. What strangers sent is escaped, and cut to fit.
std::string event_list_head(const report_style& style);
std::string event_list_line(const nlohmann::ordered_json& event, const report_style& style);
/// The whole story of one.
std::string event_story_text(const nlohmann::ordered_json& event, const report_style& style);

/// `1 event`, `3 events`.
std::string count_text(std::uint64_t count, const char* what);

} // namespace hookd::app
