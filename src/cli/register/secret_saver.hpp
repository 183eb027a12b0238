// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/unique_fd.hpp>

#include <string>
#include <string_view>
#include <sys/types.h>

namespace hookd::cli {

/// Saves a secret in a file, completely or not at all: it is written to a new file in the same directory, which
/// replaces the old one (rename(2)) once it is on disk. Until then, and after every error, the old file is unchanged,
/// and no other file is left. Blocking.
class secret_saver {
public:
    /// Creates the new file, still empty, which shows that the directory is writable. An error if `path` is not a
    /// regular file.
    static result<secret_saver> prepare(const std::string& path);
    secret_saver(const secret_saver&) = delete;
    secret_saver& operator=(const secret_saver&) = delete;
    secret_saver(secret_saver&& other) noexcept;
    secret_saver& operator=(secret_saver&&) = delete;
    ~secret_saver();

    /// Absolute.
    const std::string& path() const { return path_; }
    bool replaces() const { return replaces_; }
    /// Whether the file has this secret already, and others cannot read it.
    bool holds(std::string_view text) const;
    /// The mode of the saved file: 0600; or 0640 if it replaces the user's own file that its group could read, since
    /// that is the daemon's group.
    mode_t mode() const { return mode_; }

    /// Call once. Afterwards the file holds `text` and a line feed, even after a power failure.
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
    gid_t group_ = 0; // the old file's; only meaningful if mode_ is 0640
    mode_t mode_ = 0600;
};

} // namespace hookd::cli
