// SPDX-License-Identifier: MIT
#pragma once

#include <source_location>
#include <string_view>

namespace hookd::fuzz {

/// Ends the process, saying `what` and where, unless it holds. Unlike assert(3) in every build.
void require(bool holds, std::string_view what, std::source_location where = std::source_location::current());

} // namespace hookd::fuzz
