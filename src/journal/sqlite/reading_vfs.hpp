// SPDX-License-Identifier: MIT
#pragma once

namespace hookd::journal {

/// The name of a VFS for SQLite that opens a journal's file and log for reading only, takes no lock and makes no file:
/// what it reads must not change meanwhile. Null if SQLite lacks the VFS it is built on.
const char* reading_vfs();

} // namespace hookd::journal
