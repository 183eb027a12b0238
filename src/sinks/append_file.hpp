// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/file_io.hpp"

#include <hookd/core/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace hookd::sinks {

/// A regular file that batches of lines are appended to. Others may append to it, move it away or truncate it at any
/// time, and no lock keeps them out: so nothing is ever taken off again, since what stands behind our bytes may be
/// theirs by then.
///
/// States: closed; open between batches; open within a batch; within a batch and broken: a write has failed, and what
/// arrived before it can still be committed. On a full disk, or at the process's limit for the size of files, nothing
/// arrives: space is reserved, or where that is not supported looked for, before the bytes are written. What else
/// breaks a write off (a quota of the server's, a failing disk, another writer who was faster) leaves a line that is
/// not whole: it is ended at once, or where that fails too before the next batch, as is a line that a crash or another
/// writer has torn. After every failure the file is closed, so that nothing is remembered but what the next opening
/// finds on disk. Not thread-safe.
class append_file {
public:
    append_file(std::string path, mode_t mode) : path_(std::move(path)), mode_(mode) {}

    /// Opens the file anew where the path no longer names the open one, creating it where there is none.
    result<void> begin();
    /// `lines` are whole. After a failure only `commit` may follow.
    result<void> write(std::string_view lines);
    /// How many of the batch's bytes have arrived so far.
    std::uint64_t arrived() const { return arrived_; }
    /// Syncs: success means that all of them are on disk, under a name that is on disk.
    result<void> commit();

    /// Between batches. The next one opens whatever the path names then.
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
