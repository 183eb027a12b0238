// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/load.hpp>

#include <string>

namespace hookd::app {

inline constexpr const char* default_configuration = "/etc/colivara-hookd/colivara-hookd.toml";

/// Loads the file with everything that the other rooms know about its values: keys, certificates, types of sinks. For
/// a daemon that runs already: with what is in force in it. `places`: see config::checks.
config::loaded load_configuration(const std::string& path, const settings* running = nullptr, bool places = false);

} // namespace hookd::app
