// SPDX-License-Identifier: MIT
#pragma once

#include "app/held_signals.hpp"

#include <iosfwd>
#include <string>

namespace hookd::app {

/// Loads the configuration and runs the daemon. Returns the exit code: 78 with any error in the configuration, each of
/// which is printed to `err`; 74 where the daemon could not start or had to end.
int run_run(const std::string& config_path, std::ostream& err, held_signals& held);

} // namespace hookd::app
