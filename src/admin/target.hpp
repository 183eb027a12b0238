// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookd::admin {

/// The `key=value` pairs of a target's query in their order. Errors: a pair without `=`, an invalid `%NN`, a repeated
/// key. Keys are not decoded.
result<std::vector<std::pair<std::string, std::string>>> query_pairs(std::string_view target);

/// The target without its query.
std::string_view path_of(std::string_view target);

} // namespace hookd::admin
