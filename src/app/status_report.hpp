// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace hookd::app {

/// The daemon's status for people, from what it says of itself; within 80 columns unless names are long. What an older
/// or newer daemon does not say is left out.
std::string status_text(const nlohmann::ordered_json& status);

/// Of it, or of what it answers to `GET /v1/sinks`, the table of sinks alone.
std::string sinks_text(const nlohmann::ordered_json& response);

} // namespace hookd::app
