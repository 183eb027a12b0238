// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
} // namespace CLI

namespace hookd::cli {

/// What the command line chooses. Each family of commands has a function `add_NAME(CLI::App& line, command_choice&)`,
/// which adds its commands and their options; the choice must outlive the parse and the command.
struct command_choice {
    std::string config;       ///< The path of the configuration.
    std::function<int()> run; ///< The command that was named; returns the exit code. Set by the parse.
};

} // namespace hookd::cli
