// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hookd::signature {

/// A body that may have been sent where another one arrived, and what must have happened to it on the way.
struct body_origin {
    std::string body;
    std::string_view change;
};

/// What proxies, frameworks, editors and shells do to bodies, undone. None is equal to `body`.
std::vector<body_origin> likely_origins(std::string_view body);

} // namespace hookd::signature
