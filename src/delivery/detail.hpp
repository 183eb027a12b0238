// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace hookd::delivery {

/// A sink's text, safe for the journal and the log: control characters become spaces, and it is cut at 4 KiB, between
/// two UTF-8 characters.
std::string one_line(std::string_view detail);

} // namespace hookd::delivery
