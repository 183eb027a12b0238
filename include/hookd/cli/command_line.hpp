// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <string_view>

namespace hookd::cli {

/// Prints an error as other programs do: the program's name in front of each line, which is escaped. Nothing if empty.
void print_error(std::ostream& err, std::string_view message);

/// Runs one command line and returns the process's exit code.
int run_command_line(int count, char** words);

} // namespace hookd::cli
