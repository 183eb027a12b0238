// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>

namespace hookd::cli {

/// Why the events of a sink wait, from its JSON: `paused`, `unavailable since 2026-11-23 09:00:00, next try …: reason`;
/// empty: they do not. Not escaped.
std::string held_up_text(const nlohmann::ordered_json& sink, bool utc);

/// The same, or else its last error, and what is in flight and was attempted; empty: nothing of that. Not escaped.
std::string sink_details_text(const nlohmann::ordered_json& sink, bool utc);

/// A sink's state for people, from its JSON, in lines of `columns` columns.
std::string sink_story_text(const nlohmann::ordered_json& sink, bool utc, std::size_t columns);

} // namespace hookd::cli
