// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/then.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace hookd::journal {

/// Whether the system's error means that there is no space: on the disk, in a quota, or for a file of that size.
bool is_no_space(int system_errno);
/// What a call of SQLite that returned `code` means for the journal; `system_errno` is what the system said to it.
storage_error error_of(int code, int system_errno, std::string message);
/// What SQLite's last failed call on `connection`, which returned `code`, means for the journal.
storage_error last_error(sqlite3* connection, int code);

/// A prepared statement. Used through a query.
class statement {
public:
    statement() = default;
    static storage_result<statement> prepare(sqlite3* connection, std::string_view sql);

private:
    friend class query;
    struct finalize {
        void operator()(sqlite3_stmt* handle) const;
    };
    std::unique_ptr<sqlite3_stmt, finalize> handle_;
};

/// Bytes that are bound as a BLOB.
struct blob {
    std::string_view bytes;
};

/// One run of a statement: binds its parameters in order, and resets it at the end, because a statement left half-way
/// keeps its snapshot and with it the write-ahead log from starting over. Bound text must outlive the query.
class query {
public:
    template <class... Values>
    explicit query(statement& what, const Values&... values) : handle_(what.handle_.get()) {
        (bind(values), ...);
    }
    query(const query&) = delete;
    query& operator=(const query&) = delete;
    ~query();

    /// True: a row is there. False: done.
    storage_result<bool> step();
    /// For statements without rows.
    storage_result<void> run();

    /// Rows that the statement has changed.
    int changed() const;

    std::int64_t number(int column) const;
    std::uint64_t sequence(int column) const { return static_cast<std::uint64_t>(number(column)); }
    bool is_null(int column) const;
    std::string text(int column) const;

private:
    void bind(std::int64_t value);
    void bind(std::uint64_t value) { bind(static_cast<std::int64_t>(value)); }
    void bind(const std::optional<std::int64_t>& value);
    void bind(bool value) { bind(static_cast<std::int64_t>(value)); }
    void bind(std::string_view value);
    void bind(const std::string& value) { bind(std::string_view(value)); }
    void bind(blob value);
    void remember(int code);

    sqlite3_stmt* handle_;
    int next_ = 1;
    int bind_code_ = 0;
};

} // namespace hookd::journal
