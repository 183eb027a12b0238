// SPDX-License-Identifier: MIT
#pragma once

namespace hookd::journal {

/// The name of a VFS for SQLite that opens a journal's file and log for reading only, takes no lock and makes no file:
/// what it reads must stand still. Null where SQLite lacks what it is made from.
const char* reading_vfs();

} // namespace hookd::journal
