// SPDX-License-Identifier: MIT
#include "file_size_limit.hpp"
#include "journal/support.hpp"

#include <catch2/catch.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <sstream>

using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

TEST_CASE("journal: a commit that failed to sync is never acknowledged, and nothing after it") {
    const temporary_directory directory;
    const int with = GENERATE(EIO, ENOSPC);
    std::atomic<int> failures = 0;
    std::atomic<int> committed = 0;
    {
        auto opened = open_journal(settings_for(directory.journal()), {},
                                   {.committed = [&](auto events) { committed += static_cast<int>(events.size()); },
                                    .failed = [&](std::string_view) { ++failures; }});
        REQUIRE(append(*opened, sample("msg_1")) == append_outcome::stored);
        REQUIRE(opened->open_sink({"audit"}));
        fail_next_sync(with);
        CHECK(append(*opened, sample("msg_2")) == append_outcome::stopped);
        CHECK(eventually([&] { return failures == 1; }));

        const auto before = syncs();
        CHECK(append(*opened, sample("msg_3")) == append_outcome::stopped);
        CHECK(append(*opened, sample("msg_1")) == append_outcome::stopped);
        CHECK(error_of(opened->read(0, 10, byte_size{1'000'000})) == storage_errc::broken);
        CHECK(error_of(opened->state("audit")) == storage_errc::broken);
        CHECK_FALSE(opened->open_sink({"late"}));
        CHECK_FALSE(opened->commit_cursor("audit", 1));
        opened->close();
        CHECK(syncs() == before);
        CHECK(opened->last_sequence() == 1);
    }
    CHECK(failures == 1);
    CHECK(committed == 1);

    auto opened = open_journal(settings_for(directory.journal()));
    CHECK(append(*opened, sample("msg_1")) == append_outcome::duplicate);
    // The failed commit may or may not be there; each event is there at most once.
    const auto again = append(*opened, sample("msg_2"));
    CHECK((again == append_outcome::stored || again == append_outcome::duplicate));
    CHECK(append(*opened, sample("msg_3")) == append_outcome::stored);
    CHECK(read_all(*opened).size() == 3);
}

TEST_CASE("journal: what a failed commit left visible is synced before an event counts as a duplicate") {
    const temporary_directory directory;
    {
        auto opened = open_journal(settings_for(directory.journal()));
        CHECK(append(*opened, sample("msg_1")) == append_outcome::stored);
        fail_next_sync(EIO);
        CHECK(append(*opened, sample("msg_2")) == append_outcome::stopped);
    }
    const auto before = syncs();
    auto opened = open_journal(settings_for(directory.journal()));
    CHECK(syncs() >= before + 2); // the log, and the file it was copied into
    CHECK(std::filesystem::file_size(directory.journal() + "-wal") == 0);
    CHECK(append(*opened, sample("msg_2")) == append_outcome::duplicate); // visible: the write itself was whole
}

TEST_CASE("journal: it does not open when the checkpoint of start-up fails") {
    const temporary_directory directory;
    {
        auto opened = open_journal(settings_for(directory.journal()));
        CHECK(append(*opened, sample("msg_1")) == append_outcome::stored);
        fail_next_sync(EIO);
        CHECK(append(*opened, sample("msg_2")) == append_outcome::stopped);
    }
    fail_next_sync(EIO);
    CHECK_THAT(refusal(directory.journal()), Catch::Matchers::Contains(directory.journal()));
    CHECK_NOTHROW(open_journal(settings_for(directory.journal())));
}

TEST_CASE("journal: a new file whose first sync fails is not used without a write-ahead log instead") {
    const temporary_directory directory;
    fail_next_sync(EIO);
    CHECK_THAT(refusal(directory.journal()), Catch::Matchers::Contains(directory.journal()));
    auto opened = open_journal(settings_for(directory.journal()));
    CHECK(append(*opened, sample("msg_1")) == append_outcome::stored);
    CHECK(std::filesystem::exists(directory.journal() + "-wal"));
}

TEST_CASE("journal: a checkpoint that fails to sync stops the journal") {
    const temporary_directory directory;
    tuning limits;
    limits.checkpoint_frames = 1;
    std::atomic<int> failures = 0;
    auto opened = open_journal(settings_for(directory.journal()), limits,
                               {.committed = [](auto) { fail_next_sync(EIO); }, .failed = [&](auto) { ++failures; }});
    CHECK(append(*opened, sample("msg_1")) == append_outcome::stored);
    CHECK(eventually([&] { return failures == 1; }));
    CHECK(append(*opened, sample("msg_2")) == append_outcome::stopped);
    fail_next_sync(0);
}

TEST_CASE("journal: a limit on file size is treated as a full disk, and reported") {
    const temporary_directory directory;
    const auto space_monitor = GENERATE(0U, 5'000U, 100'000U, 140'000U); // of the limit, above what is there
    const auto body = GENERATE(100U, 20'000U);
    tuning limits;
    limits.checkpoint_frames = GENERATE(1U, 96U); // with one, the limit is met while the log is copied into the file
    std::ostringstream said;
    spdlog::default_logger()->sinks().push_back(std::make_shared<spdlog::sinks::ostream_sink_mt>(said));
    auto opened = open_journal(settings_for(directory.journal()), limits);
    auto next = [&, number = 0](std::size_t bytes) mutable {
        return append(*opened, sample("msg_" + std::to_string(++number), bytes));
    };
    REQUIRE(next(body) == append_outcome::stored);
    {
        const auto largest = std::max(std::filesystem::file_size(directory.journal()),
                                      std::filesystem::file_size(directory.journal() + "-wal"));
        const file_size_limit lower(largest + space_monitor);
        auto outcome = append_outcome::stored;
        for (int i = 0; i < 20'000 && outcome == append_outcome::stored; ++i) {
            outcome = next(body);
        }
        CHECK(outcome == append_outcome::full);
        // A later commit may not count on space left by a failed attempt to grow the file.
        for (int i = 0; i < 40; ++i) {
            CHECK(next(i % 4 == 0 ? 20'000U : 100U) != append_outcome::stopped);
        }
        CHECK(eventually([&] { return opened->accepts() == acceptance::disk_full; }));
        CHECK(append(*opened, sample("msg_1")) == append_outcome::duplicate);
    }
    CHECK(eventually([&] { return next(body) == append_outcome::stored; }));
    const auto stored = opened->last_sequence();
    opened.reset();
    spdlog::default_logger()->sinks().pop_back();
    CHECK_THAT(said.str(), Catch::Matchers::Contains("File too large") && Catch::Matchers::Contains("LimitFSIZE=") &&
                               !Catch::Matchers::Contains("Success"));
    CHECK(is_sound(directory.journal()));
    CHECK(read_all(*open_journal(settings_for(directory.journal()))).size() == stored);
}

TEST_CASE("journal: the failed operation is named, even if SQLite has done something since") {
    const temporary_directory directory;
    std::string said;
    auto opened = open_journal(settings_for(directory.journal()), {},
                               {.committed = {}, .failed = [&](std::string_view what) { said = what; }});
    fail_next_sync(EIO);
    CHECK(append(*opened, sample("msg_1")) == append_outcome::stopped);
    opened->close();
    CHECK_THAT(said, Catch::Matchers::Contains("Input/output error"));
}
