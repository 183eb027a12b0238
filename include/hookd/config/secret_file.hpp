// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/secret.hpp>

#include <string>

namespace hookd::config {

/// Reads a secret from a regular file of at most 64 KiB that is not accessible to others; white space at both ends is
/// removed. The error begins with the path and says what to do. Blocking.
result<secret> read_secret_file(const std::string& path);

} // namespace hookd::config
