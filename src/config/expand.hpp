// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <string>
#include <string_view>

namespace hookd::config {

/// Whether it can name an environment variable here: `[A-Za-z_][A-Za-z0-9_]*`.
bool is_variable_name(std::string_view text);

/// Replaces each `${NAME}` by that environment variable's value, once: what comes in is not looked at again. Anything
/// else stays as it is, a lone `$`, `$NAME` and `${NAME:-x}` too; there is no escape. An undefined one is an error that
/// names it.
result<std::string> expand(std::string_view text);

} // namespace hookd::config
