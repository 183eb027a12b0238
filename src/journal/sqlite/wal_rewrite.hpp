// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/then.hpp"

#include <string>

namespace hookd::journal {

/// Rewrites every byte of the file in place and syncs it. After a failed sync, the kernel still shows what was written
/// but considers it clean: no later sync writes it to disk, only another write does. A missing file is no error.
storage_result<void> rewrite_wal(const std::string& path);

} // namespace hookd::journal
