// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace hookd::cli {

/// The daemon's status for people, from its JSON; within 80 columns unless names are long. Members that an older or
/// newer daemon does not have are left out.
std::string status_text(const nlohmann::ordered_json& status);

/// How far a sink is behind, from its JSON: `12 events, 1m30s`, `nothing`.
std::string behind_text(const nlohmann::ordered_json& sink);

/// Only the table of sinks, from the status or from the response to `GET /v1/sinks`.
std::string sinks_text(const nlohmann::ordered_json& response);

} // namespace hookd::cli
