// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/daemon/held_signals.hpp>

#include <iosfwd>
#include <string>

namespace hookd::daemon {

/// Loads the configuration and runs the daemon. Returns the exit code: 78 if the configuration has errors, which are
/// all printed to `err`; 74 if the daemon could not start or failed.
int run(const std::string& config_path, std::ostream& err, held_signals& held);

} // namespace hookd::daemon
