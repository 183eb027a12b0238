// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/load.hpp>

#include <string>

namespace hookd::daemon {

inline constexpr const char* default_configuration = "/etc/colivara-hookd/colivara-hookd.toml";

/// Loads the file with the checks of all modules: keys, certificates, types of sinks. `running`: the current settings
/// of a running daemon. `places`: see config::checks.
config::loaded load_configuration(const std::string& path, const settings* running = nullptr, bool places = false);

} // namespace hookd::daemon
