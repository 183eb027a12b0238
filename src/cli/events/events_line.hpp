// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/App.hpp>

#include <functional>
#include <string>

namespace hookd::cli {

/// The help of the option --socket, for all commands.
inline constexpr const char* socket_help = "The daemon's admin socket (default: admin.socket of the configuration)";

/// Adds the commands about events and sinks to the command line; `chosen` becomes the action of the one that it names.
/// Both strings must outlive the parse.
void add_event_commands(CLI::App& line, const std::string& config, std::function<int()>& chosen);

} // namespace hookd::cli
