// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/statement.hpp"
#include "journal/sqlite/then.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hookd::journal {

/// The one connection to the journal's file: write-ahead log, exclusive lock, every commit synced. Used by one thread
/// at a time. Checkpoints happen only where they are asked for, so that what a commit returns is about the commit.
class database {
public:
    /// Opens `path`, which must exist (an empty file will do), and takes SQLite's exclusive lock on it.
    static storage_result<database> open(const std::string& path);
    /// Opens `path` to read it as it is, with its write-ahead log. Changes nothing and locks nothing: the files must
    /// not change meanwhile.
    static storage_result<database> open_to_read(const std::string& path);
    database(const database&) = delete;
    database& operator=(const database&) = delete;
    database(database&&) noexcept;
    database& operator=(database&&) noexcept;
    ~database();

    /// Switches the file to write-ahead logging and syncs everything in it. Call before the first write.
    storage_result<void> use_write_ahead_log();

    storage_result<void> execute(const char* sql);
    storage_result<statement> prepare(std::string_view sql);
    /// Prepares each statement of `owner` with its text.
    template <class Owner, std::size_t Count>
    storage_result<void> prepare_all(Owner& owner, const std::pair<statement Owner::*, const char*> (&all)[Count]) {
        for (const auto& [member, sql] : all) {
            auto prepared = prepare(sql);
            if (!prepared) {
                return std::unexpected(prepared.error());
            }
            owner.*member = std::move(*prepared);
        }
        return {};
    }
    /// Writes the whole write-ahead log to disk, including what a failed sync left visible in it.
    storage_result<void> renew_log();

    /// Whether SQLite overwrites with zeros what it deletes from now on.
    storage_result<void> overwrite_deleted(bool on) {
        return execute(on ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = OFF");
    }

    /// The first column of the only row.
    storage_result<std::int64_t> number(const char* sql);

    /// BEGIN, `body`, COMMIT. On `full` everything is rolled back and the connection goes on. On `broken` nothing is
    /// touched any more: the next start-up finds out what the file holds.
    template <class Body>
    storage_result<void> in_transaction(Body&& body) {
        auto done = begin();
        if (!done) {
            return done;
        }
        done = std::forward<Body>(body)();
        if (done) {
            done = commit();
        }
        if (!done && done.error().what == storage_errc::full) {
            if (auto undone = roll_back(); !undone) {
                return undone;
            }
        }
        return done;
    }

    /// Checks that the files are where they were, that the file has the size it was left with, and that the log is at
    /// least as large as what was written to it. If not, nothing more may be acknowledged; if both are whole, the log
    /// is first copied into the file.
    storage_result<void> check_files();

    /// Frames in the write-ahead log that a checkpoint has not yet copied into the file.
    std::uint64_t log_frames() const;
    /// Pages in use and the frames above, in bytes.
    storage_result<std::uint64_t> used_bytes();
    std::uint64_t log_bytes() const;

    /// Copies the write-ahead log into the file and syncs it. On `full` the log keeps everything and continues to grow.
    storage_result<void> checkpoint();
    /// The same, and leaves an empty log.
    storage_result<void> checkpoint_and_truncate();

private:
    struct state;
    explicit database(std::unique_ptr<state> made);
    storage_result<void> begin();
    storage_result<void> commit();
    storage_result<void> reserve();
    void note_growth();
    storage_result<void> roll_back();
    storage_result<void> checkpoint(int mode);

    std::unique_ptr<state> state_;
};

} // namespace hookd::journal
