// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <string>
#include <vector>

namespace hookd {

/// The names of the files of the journal at `path`, which is no link: the journal, what SQLite keeps beside it, the
/// lock.
std::vector<std::string> journal_files(const std::string& path);

/// Whether each of them that is there can be one. Opens none, since a FIFO would block that. A file with a second name
/// cannot: the log lies beside one of its names only, and whoever comes by the other misses what is in it.
result<void> check_journal_files(const std::string& path);

} // namespace hookd
