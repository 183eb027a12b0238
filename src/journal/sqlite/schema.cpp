// SPDX-License-Identifier: MIT
#include "journal/sqlite/schema.hpp"

#include "journal/sqlite/file_check.hpp"

#include <hookd/core/failpoint.hpp>

#include <string>

namespace hookd::journal {

namespace {

// docs/journal.md describes these tables. In `event`, the columns that retention and lookups read come before the long
// ones, which may spill to pages of their own. Message ids rise with time, so the index grows at its end; the endpoint
// is a number to keep it small.
constexpr auto schema_sql = R"(
CREATE TABLE state(
    one INTEGER PRIMARY KEY CHECK(one = 1),
    high_water INTEGER NOT NULL
) STRICT;
INSERT INTO state(one, high_water) VALUES(1, 0);
CREATE TABLE endpoint(
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE event(
    sequence INTEGER PRIMARY KEY,
    accepted INTEGER NOT NULL,
    endpoint INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    unbranded INTEGER NOT NULL,
    json INTEGER NOT NULL,
    peer TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    collection TEXT NOT NULL,
    document TEXT NOT NULL,
    signature TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_by_id ON event(endpoint, id);
CREATE TABLE sink(
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    cursor INTEGER NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE failure(
    sequence INTEGER NOT NULL,
    sink INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_try INTEGER NOT NULL,
    dead INTEGER NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY(sequence, sink)
) STRICT, WITHOUT ROWID;
CREATE INDEX failure_by_time ON failure(sink, dead, next_try);
)";

// From version 1, which knew no pauses.
constexpr auto upgrade_sql = "ALTER TABLE sink ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;";

std::string marked(const char* sql) {
    return sql + ("PRAGMA user_version = " + std::to_string(schema_version) + ";");
}

} // namespace

storage_result<schema_state> look_at_schema(database& file) {
    const auto tables = file.number("SELECT count(*) FROM sqlite_schema");
    const auto id = then(tables, [&](std::int64_t) { return file.number("PRAGMA application_id"); });
    const auto version = then(id, [&](std::int64_t) { return file.number("PRAGMA user_version"); });
    if (!version) {
        return std::unexpected(version.error());
    }
    if (*id == 0 && *version == 0 && *tables == 0) {
        return schema_state::none;
    }
    if (*id != std::int64_t{application_id}) {
        return schema_state::foreign;
    }
    if (*version > std::int64_t{schema_version}) {
        return schema_state::newer;
    }
    return *version < std::int64_t{schema_version} ? schema_state::older : schema_state::ours;
}

storage_result<void> create_schema(database& file) {
    auto sql = marked(schema_sql);
    if (failpoint("no_unique_id")) {
        sql += "DROP INDEX event_by_id; CREATE INDEX event_by_id ON event(endpoint, id);";
    }
    sql += "PRAGMA application_id = " + std::to_string(application_id) + ";";
    return file.in_transaction([&] { return file.execute(sql.c_str()); });
}

// A temporary table, which is in memory, hides the one in the file.
storage_result<void> show_as_upgraded(database& file) {
    return file.execute("CREATE TEMPORARY TABLE sink AS SELECT number, name, cursor, 0 AS paused FROM main.sink");
}

storage_result<void> upgrade_schema(database& file) {
    const auto sql = marked(upgrade_sql);
    return file.in_transaction([&] { return file.execute(sql.c_str()); });
}

} // namespace hookd::journal
