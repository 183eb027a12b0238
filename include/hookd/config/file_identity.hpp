// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace hookd::config {

/// The path without links and dots, as far as it exists. A dangling link is replaced by its target.
std::string resolved(const std::string& path);
/// Whether both paths are the same file, now or once it is created.
bool same_file(const std::string& a, const std::string& b);

} // namespace hookd::config
