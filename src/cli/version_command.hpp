// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>

namespace hookd::cli {

/// The program's version, those of OpenSSL and SQLite that it runs with, and those of Boost, nlohmann_json and spdlog
/// that it was compiled with.
int run_version(std::ostream& out);

} // namespace hookd::cli
