// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_end.hpp"

#include <hookd/core/secret.hpp>

#include <string>
#include <string_view>

namespace hookd::cli {

/// The contents of a file, or of standard input for `-`. Blocking; fails with exit_io if it cannot be read, and with
/// exit_usage if it is larger than a message can be.
command_result<std::string> read_input(const std::string& path);

/// The secret in a file, which errors call `what`. Blocking; fails with exit_io if it cannot be read, and with
/// exit_config if its owner or mode is not safe for a secret.
command_result<secret> read_secret(const std::string& path, std::string_view what);

} // namespace hookd::cli
