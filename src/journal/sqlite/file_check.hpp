// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <cstdint>
#include <string>

namespace hookd::journal {

/// In the header of every journal, so that no other program's database is taken for one: "hkdj".
inline constexpr std::uint32_t application_id = 0x686b646a;
/// SQLite's user_version: the version of the schema.
inline constexpr std::uint32_t schema_version = 3;

/// Inspects `path` without SQLite, which would write: there must be no file, an empty file, an empty database, or a
/// journal of this version; and no log, of either kind that SQLite has, that was left without its journal. If there is
/// no file, an empty one with mode 0600 is created. Call with the lock held and before SQLite opens the file. True: it
/// was created.
result<bool> check_or_create_file(const std::string& path);

/// The same for a journal that is only read: it must exist and be readable.
result<void> check_file(const std::string& path);

/// The file behind links: SQLite keeps the log beside that, and so do we with all else. It need not be there; where it
/// or one beside it is, each may be opened. Call first.
result<std::string> locate(const std::string& path);

/// Whether the directory is there and can hold a journal.
result<void> check_directory(const std::string& path);

/// Makes a created name durable.
result<void> sync_directory_of(const std::string& path);

} // namespace hookd::journal
