// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <hookd/journal/stopped_journal.hpp>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <atomic>
#include <fstream>
#include <string_view>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

using Catch::Matchers::Contains;
using namespace std::literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void make_database(const std::string& path, const char* sql) {
    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &connection) == SQLITE_OK);
    CHECK(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(connection);
}

void fill(const std::string& path, int events) {
    auto opened = open_journal(settings_for(path));
    for (int i = 0; i < events; ++i) {
        REQUIRE(append(*opened, sample("msg_" + std::to_string(i), 1'000)) == append_outcome::stored);
    }
}

} // namespace

TEST_CASE("journal: a log without its journal is not thrown away") {
    const temporary_directory directory;
    const auto log = directory.journal() + GENERATE("-wal", "-journal");
    auto named = directory.journal();
    write_file(log, "commits");
    SECTION("which is gone") {}
    SECTION("which is empty") {
        write_file(directory.journal(), "");
    }
    SECTION("which is gone, and was behind a link") {
        named = directory.file("link");
        std::filesystem::create_symlink("journal.db", named);
    }
    CHECK_THAT(refusal(named), Contains(log) && Contains("put that back"));
    CHECK(bytes_of(log) == "commits");
    CHECK((!std::filesystem::exists(directory.journal()) || bytes_of(directory.journal()).empty()));
}

TEST_CASE("journal: a rollback journal of its own first start does not prevent a later one") {
    const temporary_directory directory;
    const auto log = directory.journal() + "-journal";
    const auto begun = GENERATE(true, false);
    std::string header(512, '\0');
    if (begun) {
        header.replace(0, 8, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7");
    }
    write_file(log, header);
    write_file(directory.journal(), "");
    CHECK_NOTHROW(open_journal(settings_for(directory.journal())));
    std::filesystem::remove(directory.journal());
    header[19] = 7; // pages, once
    write_file(log, header);
    CHECK_THAT(refusal(directory.journal()), Contains(log) && Contains("put that back"));
}

TEST_CASE("journal: a rollback journal next to a journal is reported, and neither applied nor removed") {
    const temporary_directory directory;
    const auto log = directory.journal() + "-journal";
    fill(directory.journal(), 1);
    std::string found = "commits";
    auto advice = "is not a rollback journal of SQLite: move it away"s;
    SECTION("of another program") {}
    SECTION("of another program, longer") {
        found.append(5'000, 'x');
    }
    SECTION("of SQLite") {
        found.assign(512, '\0');
        found.replace(0, 8, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7");
        found[19] = 7; // pages, once
        advice = "sqlite3 " + directory.journal();
    }
    write_file(log, found);
    const auto before = bytes_of(directory.journal());
    CHECK_THAT(refusal(directory.journal()), Contains(log) && Contains(advice));
    const auto stopped = open_stopped(settings_for(directory.journal()), now);
    const auto error = storage_error_of(stopped->query({}));
    CHECK(error.what == storage_errc::broken);
    CHECK_THAT(error.message, Contains(log) && Contains(advice));
    CHECK(bytes_of(log) == found);
    CHECK(bytes_of(directory.journal()) == before);
    found.replace(0, 8, 8, '\0'); // as SQLite leaves one that is done with
    write_file(log, found);
    CHECK_NOTHROW(open_journal(settings_for(directory.journal())));
}

TEST_CASE("journal: through a symbolic link the file itself is locked, and the other files are next to it") {
    const temporary_directory directory;
    std::filesystem::create_directory(directory.file("place"));
    std::filesystem::create_symlink("place/journal.db", directory.file("relative"));
    std::filesystem::create_symlink(directory.file("relative"), directory.journal());
    {
        const auto opened = open_journal(settings_for(directory.journal()));
        CHECK(append(*opened, sample("msg_1")) == append_outcome::stored);
        CHECK_THAT(refusal(directory.file("place/journal.db")), Contains("in use by process"));
        CHECK_THAT(refusal(directory.file("relative")), Contains("in use by process"));
    }
    CHECK_FALSE(std::filesystem::exists(directory.journal() + ".lock"));
    CHECK(read_all(*open_journal(settings_for(directory.file("place/journal.db")))).size() == 1);
    std::filesystem::create_symlink("ring", directory.file("ring"));
    CHECK_THAT(refusal(directory.file("ring")), Contains("dangling symbolic link"));
}

TEST_CASE("journal: only its user can access what it creates") {
    const temporary_directory directory;
    const auto opened = open_journal(settings_for(directory.journal()));
    for (const auto* suffix : {"", "-wal", ".lock"}) {
        struct stat status{};
        REQUIRE(::stat((directory.journal() + suffix).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777U) == 0600U);
    }
}

TEST_CASE("journal: closing leaves one file without a write-ahead log in it") {
    const temporary_directory directory;
    fill(directory.journal(), 10);
    std::error_code none;
    const auto left = std::filesystem::file_size(directory.journal() + "-wal", none);
    CHECK((none || left == 0));
    CHECK(bytes_of(directory.journal()).find("msg_9") != std::string::npos);
}

TEST_CASE("journal: a missing directory is named, with what to do") {
    const temporary_directory directory;
    CHECK_THAT(refusal(directory.file("missing/journal.db")), Contains("missing") && Contains("create it"));
}

TEST_CASE("journal: an empty file, or what a start-up that died early left behind, becomes a journal") {
    const temporary_directory directory;
    SECTION("nothing in it") {
        write_file(directory.journal(), "");
    }
    SECTION("an empty database") {
        make_database(directory.journal(), "PRAGMA journal_mode = WAL; VACUUM;");
    }
    auto opened = open_journal(settings_for(directory.journal()));
    CHECK(append(*opened, sample("msg_1")) == append_outcome::stored);
}

TEST_CASE("journal: a file that is not a journal is rejected and left unchanged") {
    const temporary_directory directory;
    SECTION("text") {
        write_file(directory.journal(), "important notes");
    }
    SECTION("longer text") {
        write_file(directory.journal(), std::string(5'000, 'n'));
    }
    SECTION("another program's database") {
        make_database(directory.journal(), "CREATE TABLE notes(text); INSERT INTO notes VALUES('important');");
    }
    SECTION("another program's database, marked") {
        make_database(directory.journal(), "PRAGMA application_id = 77; CREATE TABLE notes(text);");
    }
    const auto before = bytes_of(directory.journal());
    CHECK_THAT(refusal(directory.journal()), Contains("is not a journal of colivara-hookd"));
    CHECK(bytes_of(directory.journal()) == before);
}

TEST_CASE("journal: anything but a regular file in place of one of its files is rejected, and nothing hangs") {
    const temporary_directory directory;
    const auto name = directory.journal() + GENERATE(as<std::string>{}, "", "-wal", "-journal", ".lock");
    fill(directory.journal(), 1);
    std::filesystem::remove(name);
    const auto* const kind = GENERATE("a FIFO", "a directory", "a symbolic link", "a socket", "a device");
    CAPTURE(name, kind);
    if (kind == "a FIFO"sv) {
        REQUIRE(::mkfifo(name.c_str(), 0600) == 0);
    } else if (kind == "a directory"sv) {
        std::filesystem::create_directory(name);
    } else if (kind == "a symbolic link"sv) {
        if (name == directory.journal()) {
            return; // that is followed
        }
        std::filesystem::create_symlink("nowhere", name);
    } else if (::mknod(name.c_str(), kind == "a socket"sv ? S_IFSOCK | 0600 : S_IFCHR | 0600, ::makedev(1, 3)) != 0) {
        WARN("skipped: a device needs the right to make one (run as root)");
        return;
    }
    CHECK_THAT(refusal(directory.journal()), Contains(name + " is " + kind + ", not a regular file"));
    const auto stopped = open_stopped(settings_for(directory.journal()), now);
    const auto error = storage_error_of(stopped->query({}));
    CHECK(error.what == storage_errc::broken);
    CHECK_THAT(error.message, Contains("not a regular file"));
}

TEST_CASE("journal: a file with a second hard link is rejected until that is removed") {
    const temporary_directory directory;
    const auto name = directory.journal() + GENERATE(as<std::string>{}, "", "-wal", ".lock");
    fill(directory.journal(), 1);
    std::filesystem::create_hard_link(name, directory.file("copy"));
    CHECK_THAT(refusal(directory.journal()), Contains(name + " has 2 hard links") && Contains("remove"));
    const auto stopped = open_stopped(settings_for(directory.journal()), now);
    const auto error = storage_error_of(stopped->query({}));
    CHECK(error.what == storage_errc::broken);
    CHECK_THAT(error.message, Contains(name));
    std::filesystem::remove(directory.file("copy"));
    CHECK_NOTHROW(open_journal(settings_for(directory.journal())));
}

TEST_CASE("journal: a file of a newer version is rejected and left unchanged") {
    const temporary_directory directory;
    fill(directory.journal(), 1);
    make_database(directory.journal(), "PRAGMA user_version = 4;");
    const auto before = bytes_of(directory.journal());
    CHECK_THAT(refusal(directory.journal()), Contains("newer colivara-hookd") && Contains("3"));
    CHECK(bytes_of(directory.journal()) == before);
}

TEST_CASE("journal: damage is reported, not served") {
    const temporary_directory directory;
    fill(directory.journal(), 200);
    const auto size = std::filesystem::file_size(directory.journal());
    SECTION("cut off") {
        std::filesystem::resize_file(directory.journal(), size / 2);
    }
    SECTION("cut off within the header") {
        std::filesystem::resize_file(directory.journal(), 50);
    }
    SECTION("the schema overwritten") {
        auto bytes = bytes_of(directory.journal());
        bytes.replace(100, 3'900, 3'900, '\x5a');
        write_file(directory.journal(), bytes);
    }
    SECTION("the newest events overwritten") {
        auto bytes = bytes_of(directory.journal());
        const auto half = bytes.size() / 2 / 4096 * 4096;
        bytes.replace(half, bytes.size() - half, bytes.size() - half, '\x5a');
        write_file(directory.journal(), bytes);
    }
    SECTION("the newest event of an endpoint that there is not") {
        make_database(directory.journal(), "UPDATE event SET endpoint = 99 WHERE sequence = 200");
    }
    const auto before = bytes_of(directory.journal());
    CHECK_THAT(refusal(directory.journal()), Contains(directory.journal()) && !Contains("it opened"));
    CHECK(bytes_of(directory.journal()) == before);
}

TEST_CASE("journal: a lock file that is a symbolic link is rejected, and its target left unchanged") {
    const temporary_directory directory;
    const auto another = directory.file("another");
    write_file(another, "another's");
    std::filesystem::create_symlink(another, directory.journal() + ".lock");
    CHECK_THAT(refusal(directory.journal()), Contains(directory.journal() + ".lock"));
    CHECK(bytes_of(another) == "another's");
}

TEST_CASE("journal: an error names the process that has the journal open") {
    const temporary_directory directory;
    const auto self = "process " + std::to_string(::getpid());
    SECTION("in the same process") {
        const auto opened = open_journal(settings_for(directory.journal()));
        CHECK_THAT(refusal(directory.journal()), Contains(self));
    }
    SECTION("in another process") {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const auto opened = start_up(directory.journal()); // without its thread: fork(2) copies only this one
        REQUIRE(opened);
        const auto child = ::fork();
        if (child == 0) {
            const auto said = refusal(directory.journal());
            const auto written = ::write(ends[1], said.data(), said.size());
            ::_exit(written > 0 ? 0 : 1);
        }
        ::close(ends[1]);
        std::string said(1'000, '\0');
        said.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(ends[0], said.data(), said.size()))));
        ::close(ends[0]);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK_THAT(said, Contains(self));
    }
    CHECK_NOTHROW(open_journal(settings_for(directory.journal())));
}

TEST_CASE("journal: a database that another program has open is not touched") {
    const temporary_directory directory;
    fill(directory.journal(), 1);
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(directory.journal().c_str(), &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN; SELECT count(*) FROM event;", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK_THAT(refusal(directory.journal()), Contains("another program has it open"));
    sqlite3_close(other);
    CHECK_NOTHROW(open_journal(settings_for(directory.journal())));
}

TEST_CASE("journal: after its file or log was truncated nothing more is acknowledged, and what is left is kept") {
    const temporary_directory directory;
    const auto suffix = GENERATE(as<std::string>{}, "", "-wal");
    const auto left = GENERATE(0U, 8192U);
    const bool idle = GENERATE(true, false);
    CAPTURE(suffix, left, idle);
    tuning limits;
    limits.checkpoint_frames = 10;
    std::atomic<int> failures = 0;
    fill(directory.journal(), 10);
    {
        auto opened = open_journal(settings_for(directory.journal()), limits,
                                   {.committed = {}, .failed = [&](std::string_view) { ++failures; }});
        for (const auto* id : {"a", "b", "c"}) {
            REQUIRE(append(*opened, sample(id)) == append_outcome::stored);
        }
        std::filesystem::resize_file(directory.journal() + suffix, left);
        if (idle) {
            CHECK(eventually([&] { return (static_cast<void>(opened->stalled_for()), failures == 1); }));
        }
        CHECK(append(*opened, sample("d", 20'000)) == append_outcome::stopped);
        CHECK(append(*opened, sample("e")) == append_outcome::stopped);
        CHECK(opened->accepts() == acceptance::failed);
        CHECK(eventually([&] { return failures == 1; }));
    }
    if (suffix == "-wal") {
        auto opened = open_journal(settings_for(directory.journal()));
        CHECK(read_all(*opened).size() >= 10);
        CHECK(append(*opened, sample("d")) == append_outcome::stored);
        opened->close();
        CHECK(is_sound(directory.journal()));
    }
}

TEST_CASE("journal: after its file was overwritten with a larger one nothing more is acknowledged or copied") {
    const auto frames = GENERATE(1U, 10U);
    const bool idle = GENERATE(true, false);
    CAPTURE(frames, idle);
    const temporary_directory directory;
    std::atomic<int> failures = 0;
    tuning limits;
    limits.checkpoint_frames = frames;
    auto opened = open_journal(settings_for(directory.journal()), limits,
                               {.committed = {}, .failed = [&](std::string_view) { ++failures; }});
    REQUIRE(append(*opened, sample("a", 300'000)) == append_outcome::stored);
    CHECK(wait_for(opened->read(0, 10, byte_size{1'000})).size() == 1); // its checkpoint is behind it
    const auto larger = std::string(std::filesystem::file_size(directory.journal()) + 8192, 'x');
    std::fstream(directory.journal(), std::ios::in | std::ios::out) << larger; // without a moment of truncation
    if (idle) {
        CHECK(eventually([&] { return (static_cast<void>(opened->stalled_for()), failures == 1); }));
    }
    CHECK(append(*opened, sample("b")) == append_outcome::stopped);
    CHECK(opened->accepts() == acceptance::failed);
    opened->close();
    const bool untouched = bytes_of(directory.journal()) == larger;
    CHECK(untouched);
}

TEST_CASE("journal: a log that was truncated after it had been copied is no loss") {
    const temporary_directory directory;
    tuning limits;
    limits.checkpoint_frames = 1;
    auto opened = open_journal(settings_for(directory.journal()), limits);
    for (const auto* id : {"a", "b", "c"}) {
        REQUIRE(append(*opened, sample(id)) == append_outcome::stored);
    }
    REQUIRE(opened->last_sequence() == 3);
    CHECK(wait_for(opened->read(0, 10, byte_size{1'000})).size() == 3); // its checkpoint is behind it
    std::filesystem::resize_file(directory.journal() + "-wal", 0);
    CHECK(append(*opened, sample("d")) == append_outcome::stored);
    opened->close();
    CHECK(is_sound(directory.journal()));
    CHECK(read_all(*open_journal(settings_for(directory.journal()))).size() == 4);
}

TEST_CASE("journal: what would be synced into files without a name is not acknowledged") {
    const auto moved = GENERATE(as<std::string>{}, "", "-wal");
    const temporary_directory directory;
    std::atomic<int> failures = 0;
    const auto opened = open_journal(settings_for(directory.journal()), {},
                                     {.committed = {}, .failed = [&](std::string_view) { ++failures; }});
    REQUIRE(append(*opened, sample("msg_1")) == append_outcome::stored);
    std::filesystem::rename(directory.journal() + moved, directory.file("elsewhere"));
    CHECK(append(*opened, sample("msg_2")) == append_outcome::stopped);
    CHECK(append(*opened, sample("msg_3")) == append_outcome::stopped);
    CHECK(eventually([&] { return failures == 1; }));
}
