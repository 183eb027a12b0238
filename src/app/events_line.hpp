// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/App.hpp>

#include <functional>
#include <string>

namespace hookd::app {

/// Of the option --socket, whatever command has it.
inline constexpr const char* socket_help = "The daemon's admin.socket, instead of the configuration's";

/// Adds the commands about events and sinks to the line; `chosen` becomes the one that it names. Both strings must
/// outlive the parse.
void add_event_commands(CLI::App& line, const std::string& config, std::function<int()>& chosen);

} // namespace hookd::app
