// SPDX-License-Identifier: MIT
#pragma once

namespace hookd::app {

/// Carries out one command line and returns the process's exit code.
int run_command_line(int count, char** words);

} // namespace hookd::app
