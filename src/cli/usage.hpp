// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <string>

namespace CLI {
class ParseError;
} // namespace CLI

namespace hookd::cli {

/// The problem with a command line: the word that is not known and the nearest one that is, or all that is missing;
/// then where to look.
std::string usage_text(const CLI::App& line, const CLI::ParseError& error);

/// `help [COMMAND…]`, the same as `--help` behind the command.
void add_help(CLI::App& line, command_choice& choice);

/// Wraps the descriptions of the help at the terminal's width; as long as they are if standard output is no terminal.
void wrap_help(CLI::App& line);

} // namespace hookd::cli
