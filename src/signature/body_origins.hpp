// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hookd::signature {

/// A body that may have been sent instead of the one that arrived, and what would have happened to it on the way.
struct body_origin {
    std::string body;
    std::string_view change;
};

/// The body before typical changes by proxies, frameworks, editors and shells. None is equal to `body`.
std::vector<body_origin> likely_origins(std::string_view body);

} // namespace hookd::signature
