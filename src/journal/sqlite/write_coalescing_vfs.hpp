// SPDX-License-Identifier: MIT
#pragma once

namespace hookd::journal {

/// The name, for sqlite3_open_v2, of SQLite's default VFS with one difference: what SQLite writes to a write-ahead log,
/// two writes for every page, is collected in memory and written to the kernel at once, before any other operation on
/// that log, above all before its sync. An error of that write is reported by that operation. Registered for the
/// process by the first call. Any thread. (https://sqlite.org/vfs.html)
const char* write_coalescing_vfs();

} // namespace hookd::journal
