// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <iosfwd>
#include <string>

namespace hookd::cli {

/// Reads the configuration with every file and secret that it names. Prints all errors and warnings to `err`, and with
/// `print` the effective configuration, without secrets, to `out`. Returns the exit code: 0, or 78 on errors.
int run_check(const std::string& config_path, bool print, std::ostream& out, std::ostream& err);

void add_check(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
