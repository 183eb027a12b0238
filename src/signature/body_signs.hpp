// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

namespace hookd::signature {

/// Signs in a body of changes that cannot be undone. Sentences with the problem and the advice.
std::vector<std::string_view> signs_of_change(std::string_view body);

} // namespace hookd::signature
