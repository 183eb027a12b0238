// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/secret.hpp>

#include <string>

namespace hookd::config {

/// A secret's file: regular, of a mode that gives others nothing, at most 64 KiB; without the white space at both ends.
/// The error begins with the path and says what to do. Blocking.
result<secret> read_secret_file(const std::string& path);

} // namespace hookd::config
