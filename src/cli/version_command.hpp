// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <iosfwd>

namespace hookd::cli {

/// The program's version, those of OpenSSL and SQLite that it runs with, and those of Boost, nlohmann_json and spdlog
/// that it was compiled with.
int run_version(std::ostream& out);

void add_version(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
