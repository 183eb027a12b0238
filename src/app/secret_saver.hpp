// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/unique_fd.hpp>

#include <string>
#include <string_view>
#include <sys/types.h>

namespace hookd::app {

/// Puts a secret into a file, whole or not at all: it is written to a new file in the same directory, which takes the
/// place of the old one (rename(2)) once it is on the disk. Until then, and after every failure, the old file stays as
/// it was, and nothing is left beside it. Errors begin with what to do. Blocking.
class secret_saver {
public:
    /// Makes the new file, still empty: whoever gets this far may write there. Refuses what is no regular file.
    static result<secret_saver> prepare(const std::string& path);
    secret_saver(const secret_saver&) = delete;
    secret_saver& operator=(const secret_saver&) = delete;
    secret_saver(secret_saver&& other) noexcept;
    secret_saver& operator=(secret_saver&&) = delete;
    ~secret_saver();

    /// Absolute.
    const std::string& path() const { return path_; }
    bool replaces() const { return replaces_; }
    /// Whether the file has this secret already, and keeps it from others.
    bool holds(std::string_view text) const;
    /// The mode that the saved file has: 0600; 0640 where an own file is replaced that its group could read, since that
    /// group is the daemon's.
    mode_t mode() const { return mode_; }

    /// Once. Afterwards the file holds `text` and a line feed, also if the power fails.
    result<void> save(std::string_view text);

private:
    explicit secret_saver(std::string path) : path_(std::move(path)) {}
    result<void> look_at_old();
    result<void> make_new();

    std::string path_;
    std::string new_path_; // empty: there is none
    unique_fd new_file_;
    unique_fd directory_;
    bool replaces_ = false;
    gid_t group_ = 0; // the old file's; meaningful where mode_ is 0640
    mode_t mode_ = 0600;
};

} // namespace hookd::app
