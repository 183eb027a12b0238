// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/daemon/settings.hpp>

#include <optional>
#include <string>

namespace hookd::daemon {

// Connections share the process's file descriptors with the journal, the sinks and the admin server. They are admitted
// only as far as the others have enough: clients cannot use up the last descriptors.

/// Raises the limit of open files as far as these settings need and the hard limit allows. Returns the server's part of
/// them, with no more connections than there are descriptors for.
server_settings within_descriptor_limit(const settings& wanted);

/// The warning if the hard limit is too low for these settings.
std::optional<std::string> descriptor_warning(const settings& wanted);

} // namespace hookd::daemon
