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
    paused INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE delivery(
    sequence INTEGER NOT NULL,
    sink INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    time INTEGER NOT NULL,
    state INTEGER NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY(sequence, sink)
) STRICT, WITHOUT ROWID;
)";

// New in version 3, besides sink.at and the names in `delivery`, which was `failure`.
constexpr auto version_3_sql = R"(
CREATE INDEX delivery_by_time ON delivery(sink, state, time);
CREATE INDEX delivery_open ON delivery(sequence, sink) WHERE state < 2;
CREATE TABLE attempt(
    sequence INTEGER NOT NULL,
    sink INTEGER NOT NULL,
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    took INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    code INTEGER,
    detail TEXT NOT NULL,
    PRIMARY KEY(sequence, sink, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE definition(
    sink INTEGER NOT NULL,
    first INTEGER NOT NULL,
    filters TEXT NOT NULL,
    PRIMARY KEY(sink, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE progress(
    sink INTEGER NOT NULL,
    cursor INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY(sink, cursor)
) STRICT, WITHOUT ROWID;
CREATE TABLE trace(
    sequence INTEGER PRIMARY KEY,
    parent TEXT NOT NULL
) STRICT;
CREATE TABLE block(
    number INTEGER PRIMARY KEY,
    oldest INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    names BLOB NOT NULL
) STRICT;
)";

// Version 1 knew no pauses.
constexpr auto from_version_1_sql = "ALTER TABLE sink ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;";
constexpr auto from_version_2_sql = R"(
ALTER TABLE sink ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
DROP INDEX failure_by_time;
ALTER TABLE failure RENAME TO delivery;
ALTER TABLE delivery RENAME COLUMN next_try TO time;
ALTER TABLE delivery RENAME COLUMN dead TO state;
)";

// For reading: what is temporary is in memory and hides what is in the file. With triggers, statements that would
// change the view can be prepared.
constexpr auto shown_sql = R"(
CREATE TEMPORARY VIEW delivery AS
    SELECT sequence, sink, attempts, next_try AS time, dead AS state, detail FROM main.failure;
CREATE TEMPORARY TRIGGER no_insert INSTEAD OF INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'only for reading'); END;
CREATE TEMPORARY TRIGGER no_update INSTEAD OF UPDATE ON delivery BEGIN SELECT RAISE(ABORT, 'only for reading'); END;
CREATE TEMPORARY TRIGGER no_delete INSTEAD OF DELETE ON delivery BEGIN SELECT RAISE(ABORT, 'only for reading'); END;
CREATE TEMPORARY TABLE attempt(sequence, sink, number, start, took, outcome, code, detail);
CREATE TEMPORARY TABLE definition(sink, first, filters);
CREATE TEMPORARY TABLE progress(sink, cursor, at);
CREATE TEMPORARY TABLE trace(sequence, parent);
CREATE TEMPORARY TABLE block(number, oldest, newest, names);
)";

std::string marked(const std::string& sql) {
    return sql + ("PRAGMA user_version = " + std::to_string(schema_version) + ";");
}

/// Of a journal.
storage_result<bool> knows_pauses(database& file) {
    return then(file.number("PRAGMA user_version"), [](std::int64_t version) { return version > 1; });
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
    auto sql = marked(std::string(schema_sql) + version_3_sql);
    if (failpoint("no_unique_id")) {
        sql += "DROP INDEX event_by_id; CREATE INDEX event_by_id ON event(endpoint, id);";
    }
    sql += "PRAGMA application_id = " + std::to_string(application_id) + ";";
    return file.in_transaction([&] { return file.execute(sql.c_str()); });
}

storage_result<void> show_as_upgraded(database& file) {
    return then(knows_pauses(file), [&](bool pauses) {
        const auto sink = "CREATE TEMPORARY TABLE sink AS SELECT number, name, cursor, " +
                          std::string(pauses ? "paused" : "0 AS paused") + ", 0 AS at FROM main.sink;";
        return file.execute((sink + shown_sql).c_str());
    });
}

storage_result<void> upgrade_schema(database& file) {
    return then(knows_pauses(file), [&](bool pauses) {
        const auto sql = marked(std::string(pauses ? "" : from_version_1_sql) + from_version_2_sql + version_3_sql);
        return file.in_transaction([&] { return file.execute(sql.c_str()); });
    });
}

} // namespace hookd::journal
