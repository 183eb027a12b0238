// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace hookd::sinks {

/// What a hook or a server said, as a line for logs and details: escaped (hookd/core/escape.hpp), a tab as a space.
std::string printable(std::string_view bytes);

} // namespace hookd::sinks
