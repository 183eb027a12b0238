#pragma once

#include <hookd/core/settings.hpp>

#include <memory>
#include <string>

namespace hookd::app {

/// Runs the daemon in the foreground until a signal ends it, and returns the process's exit code. TERM and INT drain:
/// no new connections, requests under way are answered, sinks end what they are at, the journal is closed; a second
/// one ends the process at once, which loses nothing either. HUP opens the sinks' files anew and reads the
/// configuration at `path` again.
int run_daemon(const std::string& path, std::shared_ptr<const settings> settings);

} // namespace hookd::app
