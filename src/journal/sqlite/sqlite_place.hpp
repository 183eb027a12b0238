// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>

#include <string>

namespace hookd::journal {

/// Checks the key `path`: whether a start can use or create the journal there (table::checks_places), and reserves its
/// files, so that no sink writes to them. Blocking.
void check_sqlite_place(config::table& keys, const std::string& path);

} // namespace hookd::journal
