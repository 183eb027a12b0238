// SPDX-License-Identifier: MIT
// What the model has found, in the fewest steps: each of these was red once.

#include "disk.hpp"
#include "fixture.hpp"

#include <catch2/catch.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>

using namespace std::chrono_literals;
using namespace hookd::model;

namespace {

void fill(fixture& in, int events, std::size_t most_bytes = 20'000) {
    prng random{1};
    for (int i = 0; i < events; ++i) {
        auto what = in.make_event(random);
        what.id = "msg_" + std::to_string(in.expected().last);
        what.body.resize(std::min(what.body.size(), most_bytes));
        in.append({what});
    }
}

} // namespace

TEST_CASE("journal: what a sink said before it was closed counts, also where the disk was full then") {
    spdlog::set_level(spdlog::level::off);
    fixture in{1};
    in.open_sink("all");
    fill(in, 3);
    in.check();
    disk::instance().let_grow(0);
    in.nack("all", {.sequence = 2, .attempts = 1, .next_try = in.wall(), .dead = true, .detail = "no"});
    in.commit_cursor("all", 3);
    in.close_sink("all");
    disk::instance().let_grow({});
    in.pass(2s);
    in.loud(true);
    in.turn();
    CHECK_NOTHROW(in.check());
}

TEST_CASE("journal: a sink that comes back in the middle of a sweep keeps what it has not got yet") {
    spdlog::set_level(spdlog::level::off);
    fixture in{1, 3};
    in.open_sink("all");
    in.open_sink("good");
    in.set_clock(24h * 30);
    fill(in, 5); // of the future: a sweep looks through them, and takes them along with older ones behind
    in.set_clock(-24h * 30);
    fill(in, 3);
    in.commit_cursor("all", 8);
    in.close_sink("good");
    in.pass(24h * 8);
    while (in.expected().events.contains(1)) {
        in.loud(true);
        in.turn();
        in.loud(false);
        in.check();
    }
    REQUIRE(in.expected().events.contains(6));
    in.open_sink("good");
    CHECK_NOTHROW(in.sweep_all());
    CHECK(in.expected().events.contains(6));
}

TEST_CASE("journal: a sink that is opened again goes by what it said last, also where the disk is full") {
    spdlog::set_level(spdlog::level::off);
    fixture in{1};
    in.open_sink("all");
    fill(in, 2);
    in.restart(); // the log is empty: it cannot be used again
    in.open_sink("all");
    disk::instance().let_grow(0);
    in.nack("all", {.sequence = 1, .attempts = 1, .next_try = in.wall(), .dead = false, .detail = "no"});
    in.commit_cursor("all", 2);
    in.close_sink("all");
    const auto again = in.open_sink("all");
    REQUIRE(again);
    CHECK(again->cursor == 2);
    CHECK(again->waiting == 1);
}

TEST_CASE("journal: a max_size that is set lower refuses nothing for what is in the log alone") {
    spdlog::set_level(spdlog::level::off);
    fixture in{1};
    fill(in, 1, 0);
    in.configure(140'000); // the file has 120 KiB, the log 32
    fill(in, 1, 0);
    CHECK(in.expected().last == 2);
}
