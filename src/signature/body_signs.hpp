// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

namespace hookd::signature {

/// What a body itself gives away of a change that cannot be undone to try it. Sentences that begin with what to do.
std::vector<std::string_view> signs_of_change(std::string_view body);

} // namespace hookd::signature
