// SPDX-License-Identifier: MIT
#pragma once

#include "app/command_end.hpp"

#include <hookd/core/secret.hpp>

#include <string>
#include <string_view>

namespace hookd::app {

/// The whole of a file, or of standard input for `-`. Blocking; fails with exit_io where it cannot be read, and with
/// exit_usage where there is more of it than a message can have.
command_result<std::string> read_input(const std::string& path);

/// The secret in a file, which the message calls `what`. Blocking; fails with exit_io where there is none to be read,
/// and with exit_config where it is not kept as a secret must be.
command_result<secret> read_secret(const std::string& path, std::string_view what);

} // namespace hookd::app
