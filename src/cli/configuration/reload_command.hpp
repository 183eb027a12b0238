// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::cli {

/// Makes the running daemon reload its configuration and waits for the result. Returns the exit code: 0 applied, 78
/// failed (all errors are printed to `err`, and nothing has changed), 69 not reachable.
int run_reload(const std::string& config_path, const std::optional<std::string>& socket, std::ostream& out,
               std::ostream& err);

void add_reload(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
