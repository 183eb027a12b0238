// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/file_io.hpp"

#include <hookd/core/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace hookd::sinks {

/// A regular file to which batches of lines are appended. Others may append to it, move it away or truncate it at any
/// time, without a lock. So nothing is ever truncated, because the bytes after ours may be theirs.
///
/// States: closed; open between batches; open within a batch; within a batch and broken: a write has failed, and what
/// was written before can still be committed. On a full disk, or at the process's limit for the size of files, nothing
/// is written: space is reserved, or checked if that is not supported, before the bytes are written. Other errors (a
/// quota of the server, a failing disk, another writer) can leave a partial line: it is ended immediately or, if that
/// fails too, before the next batch, like a partial line of a crash or of another writer. After every error the file is
/// closed, so that the next opening depends only on what is on disk. Not thread-safe.
class append_file {
public:
    append_file(std::string path, mode_t mode) : path_(std::move(path)), mode_(mode) {}

    /// Reopens the file if the path no longer leads to the open one; creates it if there is none.
    result<void> begin();
    /// `lines` must be whole lines. After an error only `commit` may follow.
    result<void> write(std::string_view lines);
    /// How many bytes of the batch are written so far.
    std::uint64_t arrived() const { return arrived_; }
    /// Syncs. Success means that all of them, and the name of the file, are on disk.
    result<void> commit();

    /// Between batches. The next one opens the path again.
    void close() { file_.reset(); }

private:
    bool names_open_file() const;
    result<void> open();
    bool ends_within_line() const;
    std::error_code reserve(std::size_t bytes) const;
    std::error_code append(std::string_view bytes);
    error failed(std::string_view what, std::error_code why) const;

    std::string path_;
    mode_t mode_;
    unique_fd file_;
    std::uint64_t arrived_ = 0;
    bool broken_ = false;
};

} // namespace hookd::sinks
