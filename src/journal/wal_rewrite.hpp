// SPDX-License-Identifier: MIT
#pragma once

#include "journal/storage_error.hpp"

#include <string>

namespace hookd::journal {

/// Writes every byte of the file over itself and syncs it. After a sync that failed, the kernel shows what was written
/// but takes it for done: no later sync brings it to the disk, only another write. A file that is not there is well.
storage_result<void> rewrite_wal(const std::string& path);

} // namespace hookd::journal
