// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <string>
#include <string_view>

namespace hookd::config {

/// Whether it is a name of an environment variable: `[A-Za-z_][A-Za-z0-9_]*`.
bool is_variable_name(std::string_view text);

/// Replaces each `${NAME}` with the value of that environment variable; the value itself is not expanded again.
/// Anything else stays as it is, including a single `$`, `$NAME` and `${NAME:-x}`; there is no escape. An undefined
/// variable is an error that names it.
result<std::string> expand(std::string_view text);

} // namespace hookd::config
