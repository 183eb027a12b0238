// SPDX-License-Identifier: MIT
#pragma once

#include "admin/route.hpp"

#include <span>

namespace hookd::admin {

/// The table of all routes. The one in docs/admin-api.md is the same.
std::span<const route> routes();

} // namespace hookd::admin
