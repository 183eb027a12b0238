// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hookd {

/// Whether `text` matches `pattern`, in which `*` matches any number of characters, including none. At most |pattern| x
/// |text| steps.
bool matches(std::string_view pattern, std::string_view text);

/// Whether any of the patterns matches.
bool matches_any(const std::vector<std::string>& patterns, std::string_view text);

} // namespace hookd
