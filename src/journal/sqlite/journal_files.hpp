// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <string>
#include <vector>

namespace hookd::journal {

/// The names of the files of the journal at `path`, which must not be a link: the journal, SQLite's files beside it,
/// the lock.
std::vector<std::string> journal_files(const std::string& path);

/// Checks each of them that exists. Opens none, because a FIFO would block. A file with several hard links is an error:
/// the log is beside only one of its names, and its content is missing under the others.
result<void> check_journal_files(const std::string& path);

} // namespace hookd::journal
