// SPDX-License-Identifier: MIT
#include "journal/sqlite/statement.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace hookd::journal {

namespace {

// A write that found no space fails before the frame that would have made the transaction valid is whole, so a rollback
// undoes it for certain. A sync that found none (delayed allocation, network file systems) is not of that kind: its
// transaction may be whole in the page cache.
storage_errc classify(int code, int system_errno) {
    if ((code & 0xff) == SQLITE_FULL) {
        return storage_errc::full;
    }
    if (code == SQLITE_IOERR_WRITE && is_no_space(system_errno)) {
        return storage_errc::full;
    }
    return storage_errc::broken;
}

// What SQLite does after a failed call may succeed, and leave it without that call's error; the file still has it.
int last_errno(sqlite3* connection) {
    int found = sqlite3_system_errno(connection);
    for (const int pointer : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
        sqlite3_file* file = nullptr;
        if (found == 0 && sqlite3_file_control(connection, nullptr, pointer, static_cast<void*>(&file)) == SQLITE_OK &&
            file != nullptr && file->pMethods != nullptr) {
            file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &found);
        }
    }
    return found;
}

// Empty text and blobs need an address too: a null pointer would bind NULL.
const char* address_of(std::string_view bytes) {
    return bytes.data() == nullptr ? "" : bytes.data();
}

} // namespace

bool is_no_space(int system_errno) {
    return system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG;
}

storage_error error_of(int code, int system_errno, std::string message) {
    message += " (SQLite code " + std::to_string(code);
    if (system_errno != 0 && ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN)) {
        message += std::string(", ") + std::strerror(system_errno);
    }
    message += ")";
    if (system_errno == EFBIG) {
        message += "; the limit on file size is reached: raise it (RLIMIT_FSIZE, LimitFSIZE= in the unit)";
    }
    return {classify(code, system_errno), std::move(message)};
}

storage_error last_error(sqlite3* connection, int code) {
    return connection == nullptr ? error_of(code, 0, sqlite3_errstr(code))
                                 : error_of(code, last_errno(connection), sqlite3_errmsg(connection));
}

void statement::finalize::operator()(sqlite3_stmt* handle) const {
    sqlite3_finalize(handle);
}

storage_result<statement> statement::prepare(sqlite3* connection, std::string_view sql) {
    sqlite3_stmt* handle = nullptr;
    const auto code = sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                                         SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    if (code != SQLITE_OK) {
        return std::unexpected(last_error(connection, code));
    }
    statement made;
    made.handle_.reset(handle);
    return made;
}

query::~query() {
    sqlite3_reset(handle_);
}

storage_result<bool> query::step() {
    const auto code = bind_code_ == SQLITE_OK ? sqlite3_step(handle_) : bind_code_;
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code == SQLITE_DONE) {
        return false;
    }
    return std::unexpected(last_error(sqlite3_db_handle(handle_), code));
}

storage_result<void> query::run() {
    return then(step(), [](bool) {});
}

int query::changed() const {
    return sqlite3_changes(sqlite3_db_handle(handle_));
}

std::int64_t query::number(int column) const {
    return sqlite3_column_int64(handle_, column);
}

bool query::is_null(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::string query::text(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
    return data == nullptr ? std::string() : std::string(data, size);
}

void query::bind(std::int64_t value) {
    remember(sqlite3_bind_int64(handle_, next_++, value));
}

void query::bind(const std::optional<std::int64_t>& value) {
    if (value) {
        return bind(*value);
    }
    remember(sqlite3_bind_null(handle_, next_++));
}

void query::bind(std::string_view value) {
    remember(sqlite3_bind_text64(handle_, next_++, address_of(value), value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void query::bind(blob value) {
    remember(sqlite3_bind_blob64(handle_, next_++, address_of(value.bytes), value.bytes.size(), SQLITE_STATIC));
}

void query::remember(int code) {
    if (bind_code_ == SQLITE_OK) {
        bind_code_ = code;
    }
}

} // namespace hookd::journal
