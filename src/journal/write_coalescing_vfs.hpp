// SPDX-License-Identifier: MIT
#pragma once

namespace hookd::journal {

/// The name, for sqlite3_open_v2, of a VFS that is SQLite's default one but for this: what SQLite writes to a
/// write-ahead log, two pieces for every page, gathers in memory and goes to the kernel in one piece, before anything
/// else is asked of that log: above all before its sync. An error of that write is the error of what was asked.
/// Registered for the process by the first call. Any thread. (https://sqlite.org/vfs.html)
const char* write_coalescing_vfs();

} // namespace hookd::journal
