// SPDX-License-Identifier: MIT
#include "journal/sqlite/age_clock.hpp"
#include "journal/support.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

/// A machine whose clock can be set, and its journal's clock record.
struct machine {
    clock_reading now{.wall = some_day, .since_boot = 100s};
    std::string boot = "first";
    std::optional<clock_record> kept;
    std::optional<age_clock> ages = start();

    age_clock start() const { return {boot, kept, std::nullopt, now}; }
    void restart() {
        kept = ages->record(now);
        ages = start();
    }
    void reboot(std::chrono::milliseconds off) {
        kept = ages->record(now);
        now = {.wall = now.wall + off, .since_boot = 10s};
        boot += "'";
        ages = start();
    }
    void set(std::chrono::milliseconds by) {
        now.wall += by;
        ages->read(now);
    }
    unix_millis pass(std::chrono::milliseconds time) {
        now.wall += time;
        now.since_boot += time;
        return ages->read(now);
    }
    std::chrono::milliseconds age() { return ages->read(now) - some_day; }
};

} // namespace

TEST_CASE("age clock: while the clock is not set it is the clock") {
    machine it;
    CHECK(it.pass(24h * 100) == it.now.wall);
    it.restart();
    CHECK(it.age() == 24h * 100);
    CHECK(it.ages->ahead() == 0ms);
}

TEST_CASE("age clock: a clock that is set forward is trusted once it has stayed so for as long, at most a day") {
    const auto [by, trial] = GENERATE(table<std::chrono::milliseconds, std::chrono::milliseconds>(
        {{2s, 2s}, {1h, 1h}, {24h, 24h}, {24h * 30, 24h}, {24h * 365 * 50, 24h}}));
    machine it;
    it.set(by);
    CHECK(it.ages->ahead() == by);
    std::chrono::milliseconds passed = 0ms;
    SECTION("while the daemon runs") {}
    SECTION("through restarts, during which time passes, too") {
        it.restart();
        it.pass(trial / 2);
        it.kept = it.ages->record(it.now);
        it.now.wall += trial / 4;
        it.now.since_boot += trial / 4;
        it.ages = it.start();
        passed = trial / 2 + trial / 4;
    }
    it.pass(trial - passed - 1ms);
    CHECK(it.age() == trial - 1ms);
    it.restart();
    CHECK(it.age() == trial - 1ms);
    it.pass(1ms);
    CHECK(it.age() == by + trial);
    CHECK(it.ages->ahead() == 0ms);
}

TEST_CASE("age clock: a jump that is set back before it is trusted has no effect") {
    machine it;
    it.set(24h * 30);
    it.pass(23h);
    it.set(-24h * 30 + 1h);
    it.pass(30min);
    CHECK(it.age() == 23h + 30min + 1h); // the hour had lasted longer, as a part of the jump
    it.set(24h * 30);
    it.pass(23h);
    CHECK(it.age() == 47h + 30min);
    it.set(-24h * 30);
    it.pass(24h);
    CHECK(it.age() == 71h + 30min);
}

TEST_CASE("age clock: a clock that is set back is followed at once") {
    machine it;
    it.pass(24h);
    it.set(-12h);
    CHECK(it.age() == 12h);
    it.set(6h);
    CHECK(it.age() == 12h);
    it.pass(6h);
    CHECK(it.age() == 24h);
}

TEST_CASE("age clock: each of several jumps is trusted on its own") {
    machine it;
    it.set(1h);
    it.pass(30min);
    it.set(24h * 30);
    CHECK(it.ages->ahead() == 24h * 30 + 1h);
    it.pass(30min);
    CHECK(it.age() == 2h);
    CHECK(it.ages->ahead() == 24h * 30);
    it.pass(24h - 1ms);
    CHECK(it.age() == 26h - 1ms);
    it.pass(1ms);
    CHECK(it.age() == 24h * 30 + 26h);
}

TEST_CASE("age clock: how long the machine was off is not trusted at once either") {
    machine it;
    it.pass(1h);
    it.reboot(24h * 30);
    CHECK(it.age() == 1h);
    CHECK(it.ages->ahead() == 24h * 30);
    SECTION("and is trusted") {
        it.pass(24h);
    }
    SECTION("also where it is rebooted before") {
        it.pass(20h);
        it.reboot(0ms);
        it.pass(4h);
    }
    CHECK(it.age() == 24h * 31 + 1h);
}

TEST_CASE("age clock: a boot without an identity counts as another boot") {
    machine it;
    it.boot.clear();
    it.restart();
    it.now.since_boot += 24h;
    it.now.wall += 24h;
    it.ages = it.start();
    CHECK(it.age() == 0h);
    CHECK(it.ages->ahead() == 24h);
}

TEST_CASE("age clock: a journal without a clock record goes by its newest event") {
    const clock_reading now{.wall = some_day + 24h * 30, .since_boot = 5s};
    CHECK(age_clock("boot", std::nullopt, some_day, now).read(now) == some_day);
    CHECK(age_clock("boot", std::nullopt, some_day + 24h * 60, now).read(now) == now.wall);
    CHECK(age_clock("boot", std::nullopt, std::nullopt, now).read(now) == now.wall);
}

TEST_CASE("age clock: its record is loaded as it was saved") {
    const temporary_directory directory;
    {
        auto opened = open_journal(settings_for(directory.journal()));
    }
    auto file = database::open(directory.journal());
    REQUIRE(file);
    REQUIRE(file->use_write_ahead_log());
    const clock_record kept{.boot = "one", .since_boot = 7ms, .time = some_day, .ahead = 8ms, .stood = 9ms};
    REQUIRE(file->execute("DROP TABLE clock"));
    CHECK_FALSE(*load_clock(*file));
    for (const auto* boot : {"another", "one"}) {
        auto what = kept;
        what.boot = boot;
        REQUIRE(file->in_transaction([&] { return save_clock(*file, what); }));
    }
    const auto found = load_clock(*file);
    REQUIRE((found && *found));
    CHECK((**found).boot == kept.boot);
    CHECK((**found).since_boot == kept.since_boot);
    CHECK((**found).time == kept.time);
    CHECK((**found).ahead == kept.ahead);
    CHECK((**found).stood == kept.stood);
}
