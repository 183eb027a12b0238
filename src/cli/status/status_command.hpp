// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::cli {

struct status_arguments {
    std::optional<std::string> socket; ///< Instead of the configuration's.
    bool json = false;
};

/// Prints the running daemon's status. Returns the exit code: 0 ready, 1 running but not ready, 69 not reachable.
int run_status(const std::string& config_path, const status_arguments& given, std::ostream& out, std::ostream& err);

void add_status(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
