// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace hookd::delivery {

/// What a sink said, fit for the journal and the log: control characters become spaces, and past 4 KiB it is cut,
/// between two characters of UTF-8.
std::string one_line(std::string_view detail);

} // namespace hookd::delivery
