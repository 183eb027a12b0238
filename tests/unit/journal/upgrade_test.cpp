// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <hookd/journal/stopped_journal.hpp>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <fstream>
#include <iterator>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

// As version 0.1.0 created it.
constexpr auto version_1_sql = R"(
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
CREATE TABLE state(one INTEGER PRIMARY KEY CHECK(one = 1), high_water INTEGER NOT NULL) STRICT;
INSERT INTO state(one, high_water) VALUES(1, 0);
CREATE TABLE endpoint(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE event(
    sequence INTEGER PRIMARY KEY, accepted INTEGER NOT NULL, endpoint INTEGER NOT NULL, id TEXT NOT NULL,
    type TEXT NOT NULL, unbranded INTEGER NOT NULL, json INTEGER NOT NULL, peer TEXT NOT NULL,
    timestamp TEXT NOT NULL, collection TEXT NOT NULL, document TEXT NOT NULL, signature TEXT NOT NULL,
    body BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX event_by_id ON event(endpoint, id);
CREATE TABLE sink(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, cursor INTEGER NOT NULL) STRICT;
CREATE TABLE failure(
    sequence INTEGER NOT NULL, sink INTEGER NOT NULL, attempts INTEGER NOT NULL, next_try INTEGER NOT NULL,
    dead INTEGER NOT NULL, detail TEXT NOT NULL, PRIMARY KEY(sequence, sink)) STRICT, WITHOUT ROWID;
CREATE INDEX failure_by_time ON failure(sink, dead, next_try);
PRAGMA application_id = 1751868522;
PRAGMA user_version = 1;
)";
constexpr auto version_2_sql = R"(
ALTER TABLE sink ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 2;
)";
// Six events; audit has passed all but the last, with 2 dead and 3 to be retried; it is in no configuration that it is
// known with.
constexpr auto content_sql = R"(
INSERT INTO endpoint VALUES(1, 'colivara');
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 6)
INSERT INTO event SELECT n, 1770000000000, 1, 'msg_' || n, 'upsert.success', 0, 1, '127.0.0.1', '1770000000', 'c',
    'd.pdf', 'v1,', CAST('{}' AS BLOB) FROM numbers;
INSERT INTO sink(number, name, cursor) VALUES(1, 'audit', 5);
INSERT INTO failure VALUES(2, 1, 16, 0, 1, 'exit 65'), (3, 1, 3, 1770000009000, 0, 'exit 1');
)";

void make_old(const std::string& path, int version) {
    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &connection) == SQLITE_OK);
    for (const auto* sql : {version_1_sql, version == 2 ? version_2_sql : "", content_sql}) {
        REQUIRE(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    }
    sqlite3_close(connection);
}

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void check_states(event_search& journal, const std::vector<sink_scope>& scopes = {{"audit"}}) {
    const auto page = wait_for(journal.query({.filter = {}, .scopes = scopes, .attempts = true, .most = 100}));
    REQUIRE(page.events.size() == 6);
    const auto of = [&](std::size_t sequence) { return page.events[sequence - 1].sinks.at(0); };
    CHECK(of(1).state == delivery_state::delivered);
    CHECK_FALSE(of(1).at);
    CHECK(of(2).state == delivery_state::dead);
    CHECK(of(2).attempts == 16);
    CHECK(of(2).detail == "exit 65");
    CHECK(of(2).log.empty());
    CHECK(of(3).state == delivery_state::retrying);
    CHECK(of(3).next_try == some_day + 9s);
    CHECK(of(6).state == delivery_state::waiting);
}

} // namespace

TEST_CASE("journal: a file of an older version is read as it is, and not upgraded") {
    const temporary_directory directory;
    make_old(directory.journal(), GENERATE(1, 2));
    const auto before = bytes_of(directory.journal());
    const auto journal = open_stopped(settings_for(directory.journal()), now);
    check_states(*journal);
    event_query dead{.filter = {}, .scopes = {{"audit"}}, .most = 100};
    dead.filter.state = delivery_state::dead;
    CHECK(wait_for(journal->query(dead)).events.size() == 1);
    CHECK(wait_for(journal->apply({.kind = repair_kind::drop, .which = dead, .dry_run = true, .now = now()}))
              .deliveries == 1);
    CHECK(journal->check().value().empty());
    std::size_t lines = 0;
    CHECK(journal->write_all([&](std::string_view) { return ++lines > 0; }));
    CHECK(lines == 6 + 1 + 2); // events, the sink, and its failures
    const bool untouched = bytes_of(directory.journal()) == before;
    CHECK(untouched);
}

TEST_CASE("journal: a file of an older version is upgraded with all that it holds") {
    const temporary_directory directory;
    make_old(directory.journal(), GENERATE(1, 2));
    for (int starts = 0; starts < 2; ++starts) {
        auto opened = open_journal(settings_for(directory.journal()));
        check_states(*opened);
        const auto state = opened->open_sink({"audit"});
        REQUIRE(state);
        CHECK(state->cursor == 5);
        CHECK(state->dead == 1);
        CHECK(state->waiting == 1);
        CHECK_FALSE(state->paused);
        check_states(*opened); // its first definition is taken for all before it
        CHECK(wait_for(opened->due("audit", some_day + 10s, 10, {})).at(0).what.sequence == 3);
        opened->close();
        CHECK(is_sound(directory.journal()));
    }
    auto opened = open_journal(settings_for(directory.journal()));
    REQUIRE(opened->open_sink({"audit"}));
    CHECK(opened->ack("audit", 3, {}));
    CHECK(opened->commit_cursor("audit", 6));
    CHECK(wait_for(opened->state("audit")).waiting == 0);
    CHECK(wait_for(opened->query({.filter = {}, .scopes = {{"audit"}}, .from = 5})).events.at(0).sinks.at(0).at ==
          now());
}

TEST_CASE("journal: a file of an older version shows a sink without definitions as an orphan") {
    const temporary_directory directory;
    make_old(directory.journal(), GENERATE(1, 2));
    const auto journal = open_journal(settings_for(directory.journal()));
    const auto page = wait_for(journal->query({.filter = {}, .scopes = {{"other"}}, .most = 100}));
    REQUIRE(page.events.size() == 6);
    CHECK(page.events[0].sinks.at(0).state == delivery_state::before_sink);
    CHECK(page.events[0].sinks.at(1).state == delivery_state::delivered);
    CHECK(page.events[1].sinks.at(1).state == delivery_state::orphaned);
    CHECK(page.events[5].sinks.at(1).state == delivery_state::orphaned);
    CHECK(wait_for(journal->orphans({"other"})) ==
          std::vector<orphaned_sink>{{.name = "audit", .dead = 1, .waiting = 2}});
}
