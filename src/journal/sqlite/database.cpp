// SPDX-License-Identifier: MIT
#include "journal/sqlite/database.hpp"

#include "journal/sqlite/file_names.hpp"
#include "journal/sqlite/reading_vfs.hpp"
#include "journal/sqlite/wal_rewrite.hpp"
#include "journal/sqlite/write_coalescing_vfs.hpp"

#include <hookd/core/failpoint.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace hookd::journal {

namespace {

struct close_connection {
    void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};

// Frames of the write-ahead log carry a header each, and so does the log.
constexpr std::uint64_t frame_header_bytes = 24;
constexpr std::uint64_t log_header_bytes = 32;

// The file grows by this much at a time.
constexpr int chunk_bytes = 256 << 10;
// In pieces: SQLite's VFS for Unix writes less than 128 KiB at a time.
constexpr int growth_bytes = 64 << 10;

// Before the first access: with the exclusive lock SQLite keeps its index of the log in memory of its own, not in a
// shared file, and no other program can come between. The log file is cut back after a burst. Pages larger than
// SQLite's usual 4 KiB hold more events, and every page is written twice, to the log and from there to the file; a file
// keeps the size that it was made with. The cache is small: as a rule a page is filled once and not asked for again,
// and its memory is cheaper to reuse while it is in the processor's cache. It grows with a transaction that needs more,
// rather than write a part of that early.
constexpr auto settings_sql = "PRAGMA page_size = 8192;"
                              "PRAGMA locking_mode = EXCLUSIVE;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA wal_autocheckpoint = 0;"
                              "PRAGMA journal_size_limit = 33554432;"
                              "PRAGMA cache_size = -1024;"
                              "PRAGMA cache_spill = OFF;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA secure_delete = OFF;"
                              "PRAGMA cell_size_check = ON;"
                              "PRAGMA trusted_schema = OFF;";

int note_log_frames(void* frames, sqlite3* /*connection*/, const char* /*schema*/, int count) {
    *static_cast<std::uint64_t*>(frames) = static_cast<std::uint64_t>(count);
    return SQLITE_OK;
}

} // namespace

struct database::state {
    std::uint64_t page_bytes = 0;
    std::uint64_t log_frames = 0;
    std::int64_t reserved_bytes = 0;         // of the file; at least
    std::optional<std::uint64_t> file_bytes; // the same, as we have left it; nothing: as it was found
    std::unique_ptr<sqlite3, close_connection> connection;
    statement begin;
    statement commit;
    statement roll_back;
    statement page_count;
    statement free_count;
    std::unique_ptr<file_names> names;
};

database::database(std::unique_ptr<state> made) : state_(std::move(made)) {}
database::database(database&&) noexcept = default;
database& database::operator=(database&&) noexcept = default;
database::~database() = default;

storage_result<database> database::open(const std::string& path) {
    // For the whole process, before SQLite is used: its memory statistics are not needed, and counting takes a lock at
    // each of its allocations.
    static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(uncounted);
    auto made = std::make_unique<state>();
    sqlite3* connection = nullptr;
    const auto code =
        sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, write_coalescing_vfs());
    made->connection.reset(connection);
    if (code != SQLITE_OK) {
        return std::unexpected(last_error(connection, code));
    }
    sqlite3_extended_result_codes(connection, 1);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    // Closing must not write: after a failed sync the file is left as it is.
    sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);

    const auto* const file = sqlite3_db_filename(connection, nullptr);
    made->names = std::make_unique<file_names>(file, sqlite3_filename_wal(file));

    database opened(std::move(made));
    if (auto set = opened.execute(settings_sql); !set) {
        return std::unexpected(set.error());
    }
    int chunk = chunk_bytes;
    if (failpoint("no_sync")) {
        [[maybe_unused]] const auto off = opened.execute("PRAGMA synchronous = OFF");
    }
    sqlite3_file_control(connection, nullptr, SQLITE_FCNTL_CHUNK_SIZE, &chunk);
    sqlite3_wal_hook(connection, note_log_frames, &opened.state_->log_frames);
    return opened;
}

storage_result<database> database::open_to_read(const std::string& path) {
    auto made = std::make_unique<state>();
    sqlite3* connection = nullptr;
    const auto code =
        sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, reading_vfs());
    made->connection.reset(connection);
    if (code != SQLITE_OK) {
        return std::unexpected(last_error(connection, code));
    }
    sqlite3_extended_result_codes(connection, 1);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    database opened(std::move(made));
    // As in `open`: the index of the log is in memory.
    return then(
        opened.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
                       "PRAGMA cell_size_check = ON;"),
        [&] { return std::move(opened); });
}

storage_result<void> database::use_write_ahead_log() {
    auto mode = prepare("PRAGMA journal_mode = WAL");
    if (!mode) {
        return std::unexpected(mode.error());
    }
    {
        query changed(*mode);
        if (auto row = changed.step(); !row) {
            return std::unexpected(row.error());
        }
        if (changed.text(0) != "wal") {
            return std::unexpected(
                storage_error{storage_errc::broken, "the file system does not allow a write-ahead log"});
        }
    }
    const auto page_size = number("PRAGMA page_size");
    if (!page_size) {
        return std::unexpected(page_size.error());
    }
    state_->page_bytes = static_cast<std::uint64_t>(*page_size);
    const std::pair<statement state::*, const char*> statements[] = {
        {&state::begin, "BEGIN IMMEDIATE"},
        {&state::commit, "COMMIT"},
        {&state::roll_back, "ROLLBACK"},
        {&state::page_count, "PRAGMA page_count"},
        {&state::free_count, "PRAGMA freelist_count"},
    };
    return prepare_all(*state_, statements);
}

storage_result<void> database::renew_log() {
    return rewrite_wal(sqlite3_filename_wal(sqlite3_db_filename(state_->connection.get(), nullptr)));
}

storage_result<void> database::execute(const char* sql) {
    const auto code = sqlite3_exec(state_->connection.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return std::unexpected(last_error(state_->connection.get(), code));
    }
    return {};
}

storage_result<statement> database::prepare(std::string_view sql) {
    return statement::prepare(state_->connection.get(), sql);
}

storage_result<std::int64_t> database::number(const char* sql) {
    auto prepared = prepare(sql);
    if (!prepared) {
        return std::unexpected(prepared.error());
    }
    query run(*prepared);
    return then(run.step(), [&](bool) { return run.number(0); });
}

// A file that was truncated must not grow again to a size that hides it.
storage_result<void> database::begin() {
    return then(check_files(), [&] { return query(state_->begin).run(); });
}

storage_result<void> database::commit() {
    auto done = then(reserve(), [&] { return query(state_->commit).run(); });
    if (!done && done.error().what == storage_errc::full) {
        return done;
    }
    auto whole = check_files();
    return whole ? done : whole;
}

storage_result<void> database::check_files() {
    // Without a sync, some of the log is still gathered.
    const auto log = state_->log_frames > 0 && !failpoint("no_sync") ? log_header_bytes + log_bytes() : 0;
    switch (state_->names->check(state_->file_bytes, log)) {
    case file_names::verdict::intact:
        return {};
    case file_names::verdict::moved: {
        // If only the log lost its name, the file can still take what is in it. Best effort.
        [[maybe_unused]] const auto copied = checkpoint_and_truncate();
        return std::unexpected(storage_error{storage_errc::broken,
                                             "the journal's files were moved or removed while they were open: put "
                                             "them back, or the next start creates a new journal"});
    }
    case file_names::verdict::truncated:
        return std::unexpected(storage_error{storage_errc::broken,
                                             "the journal's file or its write-ahead log was truncated while it was "
                                             "open: the next start keeps what is left, find out which program did it"});
    case file_names::verdict::overwritten:
        return std::unexpected(storage_error{
            storage_errc::broken, "the journal's file was overwritten while it was open: restore a backup only while "
                                  "the daemon is stopped, with the backup's own write-ahead log or none"});
    }
    return {};
}

// Space in the file for what is about to go into the log: a checkpoint then writes only where there is space already,
// and a log that has filled the disk can always be emptied.
storage_result<void> database::reserve() {
    query pages(state_->page_count);
    if (auto row = pages.step(); !row) {
        return std::unexpected(row.error());
    }
    const auto needed = pages.number(0) * static_cast<std::int64_t>(state_->page_bytes);
    if (needed <= state_->reserved_bytes) {
        return {};
    }
    sqlite3_file* file = nullptr;
    sqlite3_file_control(state_->connection.get(), nullptr, SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
    sqlite3_int64 size = 0;
    auto code = file->pMethods->xFileSize(file, &size);
    const auto wanted = (needed + chunk_bytes - 1) / chunk_bytes * chunk_bytes;
    static const std::vector<char> zeros(growth_bytes);
    while (code == SQLITE_OK && size < wanted) {
        const auto count = growth_bytes - static_cast<int>(size % growth_bytes);
        code = file->pMethods->xWrite(file, zeros.data(), count, size);
        size += count;
    }
    if (code != SQLITE_OK) {
        note_growth();
        int system_errno = 0;
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &system_errno);
        return std::unexpected(error_of(code, system_errno, "the file cannot grow"));
    }
    // Whole chunks alone: an attempt to grow that failed may have left a part of one, and a checkpoint, which makes the
    // file whole chunks again, would meet the limit that ended the attempt.
    state_->reserved_bytes = size / chunk_bytes * chunk_bytes;
    state_->file_bytes = static_cast<std::uint64_t>(size);
    return {};
}

// A failed transaction may have been written in part.
void database::note_growth() {
    state_->file_bytes = std::max(state_->file_bytes, std::optional(state_->names->file_bytes()));
}

storage_result<void> database::roll_back() {
    // SQLite itself has rolled back after some errors.
    if (sqlite3_get_autocommit(state_->connection.get()) != 0) {
        return {};
    }
    auto undone = query(state_->roll_back).run();
    if (!undone) {
        undone.error().what = storage_errc::broken;
    }
    return undone;
}

std::uint64_t database::log_frames() const {
    return state_->log_frames;
}
std::uint64_t database::log_bytes() const {
    return state_->log_frames * (state_->page_bytes + frame_header_bytes);
}

storage_result<std::uint64_t> database::used_bytes() {
    query pages(state_->page_count);
    if (auto row = pages.step(); !row) {
        return std::unexpected(row.error());
    }
    query unused(state_->free_count);
    if (auto row = unused.step(); !row) {
        return std::unexpected(row.error());
    }
    return ((pages.sequence(0) - unused.sequence(0)) * state_->page_bytes) + log_bytes();
}

storage_result<void> database::checkpoint() {
    return checkpoint(SQLITE_CHECKPOINT_PASSIVE);
}
storage_result<void> database::checkpoint_and_truncate() {
    return checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
}

storage_result<void> database::checkpoint(int mode) {
    int in_log = 0;
    int copied = 0;
    const auto code = sqlite3_wal_checkpoint_v2(state_->connection.get(), nullptr, mode, &in_log, &copied);
    if (code != SQLITE_OK) {
        note_growth();
        return std::unexpected(last_error(state_->connection.get(), code));
    }
    // An error while enabling the log can leave a file that works without one, and is reported nowhere else.
    if (in_log < 0) {
        return std::unexpected(storage_error{storage_errc::broken, "the write-ahead log could not be enabled"});
    }
    if (copied != in_log) {
        return std::unexpected(
            storage_error{storage_errc::broken, "a checkpoint did not copy the whole write-ahead log"});
    }
    // The next commit starts over at the log's beginning and counts its frames again.
    state_->log_frames = 0;
    // It has truncated what a transaction reserved that was then rolled back.
    state_->reserved_bytes = 0;
    state_->file_bytes = state_->names->file_bytes();
    return {};
}

} // namespace hookd::journal
