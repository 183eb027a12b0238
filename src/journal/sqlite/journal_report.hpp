// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/queue.hpp"
#include "journal/sqlite/then.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// The whole of a journal that nobody writes to: `journal check` and `journal export`.
namespace hookd::journal {

/// See stopped_journal::check. An error: the file cannot be read at all.
storage_result<std::vector<std::string>> check_journal(const std::string& path);

/// See stopped_journal::write_all. False: `write` ended it. Needs memory for a few events.
storage_result<bool> write_journal(tables& from, const std::function<bool(std::string_view line)>& write);

} // namespace hookd::journal
