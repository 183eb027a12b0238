// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/key.hpp>
#include <hookd/config/load.hpp>
#include <hookd/core/error.hpp>
#include <hookd/daemon/settings.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::daemon {

inline constexpr const char* default_configuration = "/etc/colivara-hookd/colivara-hookd.toml";

struct loaded {
    std::shared_ptr<const settings> values; ///< Null if there are errors.
    std::vector<std::string> errors;        ///< As in config::outcome, like the next two.
    std::vector<std::string> warnings;
    std::string effective;
};

/// Loads the file with all modules' keys and checks. `running`: the current settings of a running daemon; what a reload
/// cannot change must be the same. `places`: see table::checks_places. Blocking.
loaded load_configuration(const std::string& path, const settings* running = nullptr, bool places = false);

/// The same for a text, called `name` in messages.
loaded load_configuration_text(std::string_view text, config::syntax in, const std::string& name,
                               const settings* running = nullptr);

/// The admin socket of this configuration, or its default. The error has one line for each error that prevents reading
/// it. Blocking.
result<std::string> read_admin_socket(const std::string& path);

/// The paths of the configured endpoints, in the same way: before a webhook is registered its secret does not exist.
result<std::vector<std::string>> read_endpoint_paths(const std::string& path);

/// Every key there is, in the order of the installed file. The table of a key of only one type of sink is
/// `sink (type)`.
std::vector<config::key_description> declared_keys();

} // namespace hookd::daemon
