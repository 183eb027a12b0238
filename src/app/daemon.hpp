// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_watchdog.hpp"
#include "app/held_signals.hpp"

#include <iosfwd>
#include <string>

namespace hookd::app {

/// Runs the daemon in the foreground, with the configuration at `path`, until a signal ends it, and returns the
/// process's exit code. What is wrong with the configuration at the start goes to `err`. TERM and INT drain: no new
/// connections, requests under way are answered, sinks end what they are at, the journal is closed; a second one ends
/// the process at once, which loses nothing either. HUP reopens the sinks' files and reads the configuration again;
/// USR1 only reopens the files. All of this holds from the first moment on: what comes before the start is over is done
/// after it. `held` are released once they are handled; `exit_watchdog` ends the process where a drain hangs.
int run_daemon(const std::string& path, std::ostream& err, held_signals& held, exit_watchdog& exit_watchdog);

} // namespace hookd::app
