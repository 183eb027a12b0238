#pragma once

#include <hookd/core/error.hpp>

#include <string>

namespace hookd::journal {

/// `PATH.lock`, locked with flock(2) for as long as this lives: one process, and one journal in it, at a time. A file
/// of its own because closing any descriptor of the journal's file would drop the locks SQLite holds on it. It is never
/// removed: that would race with the next process.
class lock_file {
public:
    static result<lock_file> acquire(const std::string& journal_path);
    lock_file(const lock_file&) = delete;
    lock_file& operator=(const lock_file&) = delete;
    lock_file(lock_file&& other) noexcept;
    lock_file& operator=(lock_file&& other) noexcept;
    ~lock_file();

private:
    explicit lock_file(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

} // namespace hookd::journal
