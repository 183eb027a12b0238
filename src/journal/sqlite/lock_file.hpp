// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/unique_fd.hpp>

#include <string>
#include <utility>

namespace hookd::journal {

/// `PATH.lock`, locked with flock(2) for as long as this lives: one process, and one journal in it, at a time. A file
/// of its own because closing any descriptor of the journal's file would drop the locks SQLite holds on it. It is never
/// removed: that would race with the next process.
class lock_file {
public:
    static result<lock_file> acquire(const std::string& journal_path);

private:
    explicit lock_file(unique_fd descriptor) : descriptor_{std::move(descriptor)} {}

    unique_fd descriptor_;
};

} // namespace hookd::journal
