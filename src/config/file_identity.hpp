// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace hookd::config {

/// The path without links and dots, as far as there is anything; a link that leads nowhere yet counts as what it leads
/// to.
std::string resolved(const std::string& path);
/// Whether both paths lead to one file, now or once it is made.
bool same_file(const std::string& a, const std::string& b);

} // namespace hookd::config
