// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>

#include <string>

namespace hookd::admin {

/// Everything that docs/admin-api.md lists, in Prometheus' text format. Labels hold names of the configuration and of
/// fixed sets, never what strangers sent.
std::string metrics_text(const context& what);

} // namespace hookd::admin
