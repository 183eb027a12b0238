// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/lock_file.hpp"
#include "journal/sqlite/writer.hpp"

#include <hookd/core/error.hpp>

#include <memory>
#include <string>

namespace hookd::journal {

/// A journal's file that is ready to be served from, and the lock that keeps others out.
struct started {
    lock_file lock; // released last
    opened_file opened;
};

/// Locks, inspects what is there, opens or creates it, and makes everything in it durable. See docs/journal.md.
result<std::unique_ptr<started>> start_up(const std::string& path);

} // namespace hookd::journal
