// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace hookd::sinks {

/// The text of a hook or a server, as a line for logs and details: escaped (hookd/core/escape.hpp), tabs as spaces.
std::string printable(std::string_view bytes);

} // namespace hookd::sinks
