// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hookd::signature {

/// The JSON text without white space, its strings and numbers written as most serialisers write them: `ascii` with \u
/// escapes for everything outside ASCII, else as UTF-8. Members keep their order. Nothing where it is not JSON. Linear
/// in the text and without recursion, so hostile nesting costs nothing.
std::optional<std::string> respell(std::string_view json, bool ascii);

} // namespace hookd::signature
