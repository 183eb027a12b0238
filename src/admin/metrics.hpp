// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>

#include <string>

namespace hookd::admin {

/// Everything that docs/admin-api.md lists, in Prometheus' text format. Labels hold names from the configuration and
/// from fixed sets, never data from clients.
std::string metrics_text(const context& what);

} // namespace hookd::admin
