#pragma once

#include "sinks/file_io.hpp"

#include <hookd/core/error.hpp>

#include <string>
#include <string_view>

namespace hookd::sinks {

/// A regular file that batches of lines are appended to, each batch wholly or not at all. Others may move the file
/// away, append to it or truncate it at any time. Not thread-safe.
///
/// States: closed; open between batches (the file ends with a whole line, as far as we wrote it); open within a batch.
/// Every failure takes what the batch wrote off again and closes the file, so that nothing is remembered but what the
/// next opening finds on disk: a last byte that is not a line's end, ours or a crash's, gets a line's end first.
class append_file {
public:
    append_file(std::string path, mode_t mode) : path_(std::move(path)), mode_(mode) {}

    /// Opens the file anew where the path no longer names the open one, creating it where there is none.
    result<void> begin();
    result<void> write(std::string_view lines);
    /// Syncs: success means that the whole batch is on disk, under a name that is on disk.
    result<void> commit();

    /// Between batches. The next one opens whatever the path names then.
    void close() { file_.reset(); }

private:
    bool names_open_file() const;
    result<void> open();
    bool ends_within_line() const;
    void roll_back();
    error failed(std::string_view what, std::error_code why) const;

    std::string path_;
    mode_t mode_;
    unique_fd file_;
    off_t start_ = 0;         // the file's size when the batch began
    std::size_t written_ = 0; // by the batch
};

} // namespace hookd::sinks
