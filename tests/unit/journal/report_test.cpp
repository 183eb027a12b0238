// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <hookd/core/json_text.hpp>
#include <hookd/journal/stopped_journal.hpp>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <fstream>

using Catch::Matchers::Contains;
using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

void change(const std::string& path, const std::string& sql) {
    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &connection) == SQLITE_OK);
    REQUIRE(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(connection);
}

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Three events; the sink has the first, failed with the second, and has not reached the third.
void make_journal(const std::string& path) {
    auto opened = open_journal(settings_for(path));
    REQUIRE(opened->open_sink({.name = "audit", .filters = {.documents = {"*.pdf"}}}));
    for (const auto* id : {"a", "b", "c"}) {
        REQUIRE(append(*opened, sample(id)) == append_outcome::stored);
    }
    CHECK(opened->commit_cursor("audit", 1));
    CHECK(wait_for(opened->state("audit")).cursor == 1);
    let_pass(20s);
    CHECK(opened->nack(
        "audit",
        {.sequence = 2,
         .attempts = 1,
         .next_try = {},
         .dead = true,
         .detail = "exit 65",
         .made = attempt{
             .start = some_day, .took = 7ms, .outcome = attempt_outcome::rejected, .code = 65, .detail = "exit 65"}}));
    CHECK(opened->commit_cursor("audit", 2));
    opened->close();
}

std::vector<std::string> check(const std::string& path) {
    const auto found = open_stopped(settings_for(path), now)->check();
    return found ? *found : std::vector{found.error().message};
}

std::vector<nlohmann::ordered_json> lines_of(const std::string& path) {
    std::vector<nlohmann::ordered_json> lines;
    CHECK(open_stopped(settings_for(path), now)->write_all([&](std::string_view line) {
        CHECK(line.find('\n') == line.size() - 1);
        lines.push_back(parse_json(line));
        return true;
    }));
    return lines;
}

} // namespace

TEST_CASE("journal check: an intact journal has no findings, and is not changed") {
    const temporary_directory directory;
    make_journal(directory.journal());
    const auto before = bytes_of(directory.journal());
    CHECK(check(directory.journal()).empty());
    const bool untouched = bytes_of(directory.journal()) == before;
    CHECK(untouched);
}

TEST_CASE("journal check: what cannot be is found") {
    const std::pair<std::string, std::string> cases[] = {
        {"UPDATE sink SET cursor = 4", "a sink is beyond the last event: sink audit, cursor 4, last event 3"},
        {"DELETE FROM event WHERE sequence = 2", "a delivery has no event: event 2, sink 1"},
        {"UPDATE delivery SET sink = 9", "a delivery has no sink: event 2, sink 9"},
        {"UPDATE delivery SET state = 7", "a delivery has an unknown state: event 2, sink 1, state 7"},
        {"DELETE FROM delivery", "attempts belong to no delivery: event 2, sink 1"},
        {"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 65) "
         "INSERT INTO attempt SELECT 2, 1, i, 0, 0, 1, NULL, '' FROM n",
         "there are more attempts than are kept: event 2, sink 1, 65 attempts"},
        {"INSERT INTO definition VALUES(1, 5, '{}')",
         "a definition begins beyond the sink's next event: sink audit, from event 5, cursor 2"},
        {"INSERT INTO definition VALUES(3, 1, '{}')", "a definition is of no sink: sink 3, from event 1"},
        {"UPDATE definition SET filters = '{'", "a definition cannot be read: sink 1, from event 1"},
        {"UPDATE progress SET cursor = 3 WHERE cursor = 1",
         "a former position is of no sink, or beyond its cursor: sink 1, position 3"},
        {"UPDATE event SET endpoint = 8 WHERE sequence = 3", "an event has an unknown endpoint: event 3"},
        {"DROP INDEX event_by_id", "the index of message ids is missing: duplicates are stored again"},
        {"DELETE FROM state", "the last sequence number is unknown"},
    };
    for (const auto& [sql, finding] : cases) {
        const temporary_directory directory;
        make_journal(directory.journal());
        change(directory.journal(), sql);
        const auto found = check(directory.journal());
        INFO(sql);
        REQUIRE(!found.empty());
        CHECK(std::ranges::find(found, finding) != found.end());
        CHECK(found.size() <= 2);
    }
}

TEST_CASE("journal check: a damaged page is found, wherever it is, and a journal that is none") {
    const temporary_directory directory;
    {
        auto opened = open_journal(settings_for(directory.journal()));
        for (int i = 0; i < 300; ++i) {
            REQUIRE(append(*opened, sample("msg_" + std::to_string(i), 3'000)) == append_outcome::stored);
        }
        opened->close();
    }
    const auto size = std::filesystem::file_size(directory.journal());
    {
        std::fstream file(directory.journal(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(size / 2 / 8192 * 8192));
        file << std::string(8192, '\x5a');
    }
    const auto found = check(directory.journal());
    REQUIRE(!found.empty());
    CHECK_THAT(found.front(), Contains("the file is damaged"));
    std::ofstream(directory.file("other.db")) << "no database";
    CHECK_THAT(check(directory.file("other.db")).front(), Contains("other.db"));
}

TEST_CASE("journal export: everything is a line, in order") {
    const temporary_directory directory;
    make_journal(directory.journal());
    const auto lines = lines_of(directory.journal());
    std::vector<std::string> records;
    for (const auto& each : lines) {
        records.push_back(each["record"]);
    }
    CHECK(records == std::vector<std::string>{"event", "event", "event", "sink", "definition", "position", "position",
                                              "delivery", "attempt"});
    CHECK(lines[1]["sequence"] == 2);
    CHECK(lines[1]["id"] == "b");
    CHECK(lines[1]["endpoint"] == "colivara");
    CHECK(lines[1]["body"] == std::string(100, 'x'));
    CHECK(lines[3]["name"] == "audit");
    CHECK(lines[3]["cursor"] == 2);
    CHECK(lines[4]["filters"] == nlohmann::ordered_json{{"documents", {"*.pdf"}}});
    CHECK(lines[7]["state"] == "dead");
    CHECK(lines[7]["detail"] == "exit 65");
    CHECK(lines[8]["outcome"] == "rejected");
    CHECK(lines[8]["code"] == 65);
    CHECK(lines[8]["milliseconds"] == 7);
}

TEST_CASE("journal export: a body that is not UTF-8 is base64, byte for byte") {
    const temporary_directory directory;
    {
        auto opened = open_journal(settings_for(directory.journal()));
        auto made = sample("binary");
        made.json = false;
        made.body = std::string("\xff\0x", 3);
        REQUIRE(append(*opened, made) == append_outcome::stored);
        made.id = "text";
        made.body = std::string("\0\xE2\x80\xAE\n", 5);
        REQUIRE(append(*opened, made) == append_outcome::stored);
        opened->close();
    }
    const auto lines = lines_of(directory.journal());
    CHECK(lines.at(0)["body_base64"] == "/wB4");
    CHECK_FALSE(lines.at(0).contains("body"));
    CHECK(lines.at(1)["body"] == std::string("\0\xE2\x80\xAE\n", 5));
}

TEST_CASE("journal export: it ends where its reader ends") {
    const temporary_directory directory;
    make_journal(directory.journal());
    int lines = 0;
    CHECK(
        open_stopped(settings_for(directory.journal()), now)->write_all([&](std::string_view) { return ++lines < 2; }));
    CHECK(lines == 2);
}

TEST_CASE("erase: the bytes are gone from the journal's files") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    const std::string marker = "Jane-Doe-0c1f";
    for (int i = 0; i < 40; ++i) {
        auto made = sample("msg_" + std::to_string(i), 100);
        made.document = i % 4 == 0 ? "private.pdf" : "report.pdf";
        made.body = i % 4 == 0 ? marker + std::string(static_cast<std::size_t>(i) * 1'000, 'y') + marker : "public";
        REQUIRE(append(*opened, made) == append_outcome::stored);
    }
    const auto holds_it = [&] {
        const bool file = bytes_of(directory.journal()).contains(marker);
        const bool log = bytes_of(directory.journal() + "-wal").contains(marker);
        return file || log;
    };
    REQUIRE(holds_it());
    event_query which{.filter = {}, .scopes = {}, .most = SIZE_MAX};
    which.filter.document = "private.pdf";
    CHECK(wait_for(opened->erase({.which = which})).events == 10);
    CHECK_FALSE(holds_it());
    opened->close();
    CHECK_FALSE(holds_it());
    CHECK(check(directory.journal()).empty());
}
