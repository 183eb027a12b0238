// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/settings.hpp>

#include <optional>
#include <string>

namespace hookd::app {

// Connections share the files that the process may open with the journal, the sinks and the administration. They are
// admitted only up to what leaves the others enough: strangers cannot take the last descriptors.

/// Raises the limit of open files as far as these settings need and the hard limit allows. Returns the server's part of
/// them, with no more connections than there are descriptors for.
server_settings within_descriptor_limit(const settings& wanted);

/// What to say where the hard limit is too low for these settings.
std::optional<std::string> descriptor_warning(const settings& wanted);

} // namespace hookd::app
