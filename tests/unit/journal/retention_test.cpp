// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

tuning quick() {
    tuning limits;
    limits.sweep_pause = 1ms;
    limits.sweep_restart = 1ms;
    limits.retention_step = 16;
    limits.sink_grace = 0ms;
    return limits;
}

journal_settings kept_for_a_week(const temporary_directory& directory) {
    auto settings = settings_for(directory.journal());
    settings.retention = 24h * 7;
    return settings;
}

void fill(storage& into, int events) {
    for (int i = 0; i < events; ++i) {
        REQUIRE(append(into, sample("msg_" + std::to_string(into.last_sequence()))) == append_outcome::stored);
    }
}

void let_it_sweep(const sqlite_storage& opened) {
    const auto before = opened.metrics().sweeps.load();
    REQUIRE(eventually([&] { return opened.metrics().sweeps >= before + 3; }));
}

std::vector<std::uint64_t> sequences(storage& opened) {
    std::vector<std::uint64_t> found;
    for (const auto& what : read_all(opened)) {
        found.push_back(what->sequence);
    }
    return found;
}

} // namespace

TEST_CASE("journal: under load retention has its turn after a few commits, though events wait all the time") {
    set_clock(some_day);
    const temporary_directory directory;
    auto limits = quick();
    limits.own_thread = false;
    limits.batch_events = 1;
    limits.commits_a_step = 3;
    limits.sweep_pause = 0ms;
    auto opened = open_journal(kept_for_a_week(directory), limits);
    boost::asio::io_context context;
    for (int i = 0; i < 20; ++i) {
        boost::asio::co_spawn(context, opened->append(std::make_shared<event>(sample(std::to_string(i)))),
                              boost::asio::use_future);
    }
    context.poll();
    opened->turn();
    let_pass(24h * 8);
    for (int turns = 0; turns < 10; ++turns) {
        opened->turn();
    }
    CHECK(opened->last_sequence() < 20);
    CHECK(opened->metrics().erased > 0);
    opened->close();
    context.poll();
}

TEST_CASE("journal: a sink that the file knows holds events back until it is clear that nobody opens it") {
    set_clock(some_day);
    const temporary_directory directory;
    {
        auto opened = open_journal(kept_for_a_week(directory), quick());
        REQUIRE(opened->open_sink({"gone"}));
        fill(*opened, 10);
        CHECK(opened->nack("gone", {.sequence = 5, .attempts = 1, .next_try = {}, .dead = false, .detail = ""}));
        CHECK(wait_for(opened->state("gone")).waiting == 1);
    }
    let_pass(24h * 8);
    {
        auto limits = quick();
        limits.sink_grace = 1h;
        auto opened = open_journal(kept_for_a_week(directory), limits);
        let_it_sweep(*opened);
        CHECK(opened->metrics().erased == 0);
    }
    auto opened = open_journal(kept_for_a_week(directory), quick());
    CHECK(eventually([&] { return opened->metrics().erased == 10; }));
    const auto back = opened->open_sink({"gone"});
    REQUIRE(back);
    CHECK(back->waiting == 0);
}

TEST_CASE("journal: a clock that runs ahead makes nothing older before it has done so for a day") {
    set_clock(some_day);
    const temporary_directory directory;
    auto opened = open_journal(kept_for_a_week(directory), quick());
    fill(*opened, 10);
    const bool restarted = GENERATE(false, true);
    if (restarted) {
        opened.reset();
    }
    set_clock(some_day + 24h * 30);
    if (restarted) {
        opened = open_journal(kept_for_a_week(directory), quick());
    }
    let_it_sweep(*opened);
    CHECK(opened->metrics().erased == 0);
    CHECK(opened->metrics().clock_ahead_milliseconds == std::chrono::milliseconds(24h * 30).count());
    CHECK(append(*opened, sample("msg_3")) == append_outcome::duplicate);
    let_pass(23h);
    let_it_sweep(*opened);
    CHECK(opened->metrics().erased == 0);

    SECTION("and nothing, if it is set right before") {
        set_clock(some_day + 23h);
        let_it_sweep(*opened);
        CHECK(opened->metrics().clock_ahead_milliseconds == 0);
        let_pass(24h * 5);
        let_it_sweep(*opened);
        CHECK(opened->metrics().erased == 0);
        CHECK(append(*opened, sample("msg_3")) == append_outcome::duplicate);
        let_pass(24h * 2);
    }
    SECTION("and then all") {
        let_pass(1h);
    }
    CHECK(eventually([&] { return opened->metrics().erased == 10; }));
    set_clock(some_day);
}

TEST_CASE("journal: events of a clock that ran ahead stop the retention no longer than those behind them") {
    set_clock(some_day);
    const temporary_directory directory;
    auto opened = open_journal(kept_for_a_week(directory), quick());
    set_clock(some_day + 24h * 400);
    fill(*opened, 40); // a year ahead
    set_clock(some_day + 1h);
    fill(*opened, 10);
    let_it_sweep(*opened);
    CHECK(sequences(*opened).size() == 50);

    let_pass(24h * 7);
    fill(*opened, 5);
    CHECK(eventually([&] { return opened->metrics().erased == 50; }));
    CHECK(opened->metrics().erase_steps >= 4); // small ones
    CHECK(sequences(*opened).size() == 5);
    set_clock(some_day);
}

TEST_CASE(
    "journal: at max_size it rejects new events, recognizes old ones, and continues when retention has freed space") {
    set_clock(some_day);
    const temporary_directory directory;
    auto settings = kept_for_a_week(directory);
    settings.max_size = byte_size{512U << 10U};
    auto opened = open_journal(settings, quick());
    int stored = 0;
    auto outcome = append_outcome::stored;
    while (outcome == append_outcome::stored && stored < 10'000) {
        outcome = append(*opened, sample("msg_" + std::to_string(stored), 2'000));
        stored += outcome == append_outcome::stored ? 1 : 0;
    }
    CHECK(outcome == append_outcome::full);
    CHECK(stored > 100);
    CHECK(std::filesystem::file_size(directory.journal()) <= settings.max_size.bytes + (256U << 10U));
    CHECK(append(*opened, sample("msg_3")) == append_outcome::duplicate);

    let_pass(24h * 8);
    CHECK(eventually([&] { return append(*opened, sample("later")) != append_outcome::full; }));
    CHECK(append(*opened, sample("later")) == append_outcome::duplicate);
    CHECK(std::filesystem::file_size(directory.journal()) <= settings.max_size.bytes + (256U << 10U));
    opened->close();
    CHECK(is_sound(directory.journal()));
    set_clock(some_day);
}

TEST_CASE("journal: its write-ahead log does not grow with the number of commits") {
    const temporary_directory directory;
    tuning limits;
    limits.checkpoint_frames = 50;
    auto opened = open_journal(settings_for(directory.journal()), limits);
    for (int i = 0; i < 300; ++i) {
        REQUIRE(append(*opened, sample(std::to_string(i), 2'000)) == append_outcome::stored);
    }
    constexpr std::uintmax_t frame = 8192 + 24;
    CHECK(std::filesystem::file_size(directory.journal() + "-wal") < 100 * frame);
}
