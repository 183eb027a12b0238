#include "journal/support.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <sys/resource.h>

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
        REQUIRE(opened->open_sink("audit"));
        fail_next_sync(with);
        CHECK(append(*opened, sample("msg_2")) == append_outcome::stopped);
        CHECK(eventually([&] { return failures == 1; }));

        const auto before = syncs();
        CHECK(append(*opened, sample("msg_3")) == append_outcome::stopped);
        CHECK(append(*opened, sample("msg_1")) == append_outcome::stopped);
        CHECK(wait_for(opened->read(0, 10, byte_size{1'000'000})).empty());
        CHECK(wait_for(opened->look("audit")).cursor == 0);
        CHECK_FALSE(opened->open_sink("late"));
        opened->advance("audit", 1);
        opened->close();
        CHECK(syncs() == before);
        CHECK(opened->last_sequence() == 1);
    }
    CHECK(failures == 1);
    CHECK(committed == 1);

    auto opened = open_journal(settings_for(directory.journal()));
    CHECK(append(*opened, sample("msg_1")) == append_outcome::duplicate);
    // Whether the failed commit is there is open; that each event is there once is not.
    const auto again = append(*opened, sample("msg_2"));
    CHECK((again == append_outcome::stored || again == append_outcome::duplicate));
    CHECK(append(*opened, sample("msg_3")) == append_outcome::stored);
    CHECK(read_all(*opened).size() == 3);
}

TEST_CASE("journal: what a dead commit left visible is synced before anyone is told of a duplicate") {
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

TEST_CASE("journal: a file that cannot grow for another reason than space is trouble, not a full disk") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    auto next = [&, number = 0]() mutable {
        return append(*opened, sample("msg_" + std::to_string(++number), 20'000));
    };
    while (std::filesystem::file_size(directory.journal()) < (2U << 20U)) { // the log stays smaller
        REQUIRE(next() == append_outcome::stored);
    }

    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit lower{.rlim_cur = std::filesystem::file_size(directory.journal()), .rlim_max = before.rlim_max};
    std::signal(SIGXFSZ, SIG_IGN); // so that the write fails, with EFBIG
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &lower) == 0);
    auto outcome = append_outcome::stored;
    for (int i = 0; i < 100 && outcome == append_outcome::stored; ++i) {
        outcome = next();
    }
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(outcome == append_outcome::stopped);
}
