// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <hookd/journal/stopped_journal.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <sys/stat.h>

using Catch::Matchers::Contains;
using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

using content = std::map<std::string, std::string>;

/// Every file, byte for byte.
content files_in(const std::filesystem::path& directory) {
    content found;
    for (const auto& each : std::filesystem::directory_iterator(directory)) {
        std::ifstream file(each.path(), std::ios::binary);
        struct stat status{};
        REQUIRE(::stat(each.path().c_str(), &status) == 0);
        found[each.path().filename()] = std::string(std::istreambuf_iterator<char>(file), {}) + "modified " +
                                        std::to_string(status.st_mtim.tv_sec) + "." +
                                        std::to_string(status.st_mtim.tv_nsec);
    }
    return found;
}

/// As a power failure leaves it: with commits in its log.
void leave_with_log(const temporary_directory& place) {
    const temporary_directory running;
    auto opened = open_journal(settings_for(running.journal()));
    REQUIRE(opened->open_sink({"audit"}));
    for (const auto* id : {"a", "b", "c"}) {
        REQUIRE(append(*opened, sample(id, 20'000)) == append_outcome::stored);
    }
    CHECK(opened->nack("audit", {.sequence = 2, .attempts = 3, .next_try = {}, .dead = true, .detail = "no"}));
    for (int looks = 0; looks < 2; ++looks) { // the second comes behind the commit that the first began
        REQUIRE(wait_for(opened->state("audit")).dead == 1);
    }
    for (const auto* suffix : {"", "-wal"}) {
        std::filesystem::copy_file(running.journal() + suffix, place.journal() + suffix);
    }
    REQUIRE(std::filesystem::file_size(place.journal() + "-wal") > 0);
}

event_query all_events() {
    return {.filter = {}, .scopes = {{.name = "audit"}}, .most = 100};
}

std::vector<std::string> ids_in(stopped_journal& journal) {
    std::vector<std::string> ids;
    for (const auto& each : wait_for(journal.query(all_events())).events) {
        ids.push_back(each.head.id);
    }
    return ids;
}

std::string message_of(stopped_journal& journal) {
    const auto error = storage_error_of(journal.query(all_events()));
    CHECK(error.what == storage_errc::broken);
    return error.message;
}

} // namespace

TEST_CASE("stopped journal: a query sees what is in the log, and leaves every file unchanged") {
    const temporary_directory directory;
    leave_with_log(directory);
    SECTION("as it was left") {}
    SECTION("where nobody may write") {
        for (const auto* suffix : {"", "-wal"}) {
            ::chmod((directory.journal() + suffix).c_str(), 0400);
        }
        ::chmod(directory.path().c_str(), 0500);
    }
    SECTION("under a clock by which all is old") {
        set_clock(some_day + 24h * 400);
    }
    const auto before = files_in(directory.path());
    const auto journal = open_stopped(settings_for(directory.journal()), now);
    const auto ids = ids_in(*journal);
    CHECK(ids == std::vector<std::string>{"a", "b", "c"});
    const auto page = wait_for(journal->query(all_events()));
    CHECK(page.last_sequence == 3);
    CHECK(page.events.at(1).sinks.at(0).state == delivery_state::dead);
    CHECK(wait_for(journal->get(3))->body.size() == 20'000);
    const auto dry =
        wait_for(journal->apply({.kind = repair_kind::drop, .which = all_events(), .dry_run = true, .now = now()}));
    CHECK(dry.deliveries == 1);
    const bool untouched = files_in(directory.path()) == before;
    CHECK(untouched);
    ::chmod(directory.path().c_str(), 0700);
    set_clock(some_day);
}

TEST_CASE("stopped journal: a file without a log is read, and gets none") {
    const temporary_directory directory;
    leave_with_log(directory);
    {
        auto closed = open_journal(settings_for(directory.journal()));
    }
    std::filesystem::remove(directory.journal() + "-wal");
    std::filesystem::remove(directory.journal() + ".lock");
    const auto before = files_in(directory.path());
    CHECK(before.size() == 1);
    const auto journal = open_stopped(settings_for(directory.journal()), now);
    CHECK(ids_in(*journal).size() == 3);
    const bool untouched = files_in(directory.path()) == before;
    CHECK(untouched);
}

TEST_CASE("stopped journal: between two queries it locks nothing") {
    const temporary_directory directory;
    leave_with_log(directory);
    const auto journal = open_stopped(settings_for(directory.journal()), now);
    CHECK(ids_in(*journal).size() == 3);
    CHECK_NOTHROW(open_journal(settings_for(directory.journal())));
    CHECK(ids_in(*journal).size() == 3);
}

TEST_CASE("stopped journal: a drop is durable, deletes nothing that is old, and keeps nothing locked") {
    const temporary_directory directory;
    leave_with_log(directory);
    set_clock(some_day + 24h * 400);
    const auto journal = open_stopped(settings_for(directory.journal()), now);
    const auto done =
        wait_for(journal->apply({.kind = repair_kind::drop, .which = all_events(), .dry_run = false, .now = now()}));
    CHECK(done.deliveries == 1);
    CHECK(ids_in(*journal).size() == 3);
    auto opened = open_journal(settings_for(directory.journal()));
    CHECK(opened->open_sink({"audit"})->dead == 0);
    set_clock(some_day);
}

TEST_CASE("stopped journal: an error names the file that cannot be read") {
    const temporary_directory directory;
    const auto journal = open_stopped(settings_for(directory.journal()), now);
    CHECK_THAT(message_of(*journal), Contains(directory.journal()) && Contains("No such file"));
    std::ofstream(directory.journal()) << "notes";
    CHECK_THAT(message_of(*journal), Contains("is not a journal of colivara-hookd"));
    std::filesystem::resize_file(directory.journal(), 0);
    CHECK_THAT(message_of(*journal), Contains("never finished"));
    CHECK(files_in(directory.path()).size() == 1);
}
