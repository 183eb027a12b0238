// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hookd::signature {

/// The JSON text without white space, its strings and numbers as most serialisers write them: `ascii` with \u escapes
/// for everything outside ASCII, otherwise as UTF-8. Members keep their order. Nothing if it is not JSON. Linear time
/// and no recursion, so deep nesting is harmless.
std::optional<std::string> respell(std::string_view json, bool ascii);

} // namespace hookd::signature
