// SPDX-License-Identifier: MIT
#pragma once

#include "daemon/exit_watchdog.hpp"

#include <hookd/daemon/access_log.hpp>
#include <hookd/daemon/held_signals.hpp>

#include <iosfwd>
#include <string>

namespace hookd::daemon {

/// Runs the daemon in the foreground, with the configuration at `path`, until a signal stops it, and returns the
/// process's exit code. Errors in the configuration at the start go to `err`. TERM and INT drain: no new connections,
/// requests in progress get their responses, sinks finish their deliveries, the journal is closed; a second signal
/// exits at once, which loses nothing either. HUP reopens the files of the sinks and of the access log and reloads the
/// configuration; USR1 only reopens the files. Signals during the start are handled after it. `held` are released once
/// they are handled; `exit_watchdog` ends the process if a drain hangs; `access` is stopped by the caller.
int run_daemon(const std::string& path, std::ostream& err, held_signals& held, exit_watchdog& exit_watchdog,
               access_log& access);

} // namespace hookd::daemon
