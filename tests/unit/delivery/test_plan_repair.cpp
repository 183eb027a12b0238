// SPDX-License-Identifier: MIT
#include "delivery/delivery_bench.hpp"
#include "delivery/plan_bench.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::delivery;

namespace {

constexpr unix_millis began{std::chrono::hours{500'000}}; // of the bench's wall clock

journal::failure row(std::uint64_t sequence, unix_millis next_try, unsigned attempts = 0) {
    return {.sequence = sequence, .attempts = attempts, .next_try = next_try, .dead = false, .detail = {}};
}

plan_bench::shape with_events(std::uint64_t count) {
    plan_bench::shape shape;
    shape.cursor = count;
    for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
        shape.events[sequence].type = "upsert.success";
    }
    return shape;
}

} // namespace

TEST_CASE("repair: a new row is noticed at once, even if there never was one") {
    plan_bench bench{with_events(2)};
    CHECK(bench.run() == "rest 30000");
    bench.rows[1] = row(1, began);
    CHECK(bench.run() == "rest 30000");
    bench.look_again();
    CHECK(bench.run() == "look, deliver #1: 1, rest 30000");
    bench.finish(1, "d");
    CHECK(bench.run().starts_with("ack 1"));
    CHECK(bench.rows.empty());
}

TEST_CASE("repair: what was in memory is read again, with its current attempts") {
    auto shape = with_events(3);
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
        shape.rows[sequence] = row(sequence, began, 7);
    }
    plan_bench bench{shape};
    CHECK(bench.run() == "look, deliver #1: 1(8), rest 30000");
    bench.rows[2] = row(2, began, 0);
    bench.rows.erase(3);
    bench.look_again();
    bench.finish(1, "d");
    CHECK(bench.run() == "ack 1, look, deliver #2: 2, rest 30000");
}

TEST_CASE("repair: the result of a query that was running when the rows changed does not count") {
    auto shape = with_events(2);
    shape.rows[1] = row(1, began, 7);
    plan_bench bench{shape};
    bench.hold_looks();
    bench.run();
    bench.rows[1] = row(1, began, 0);
    bench.look_again();
    bench.answer_look();
    CHECK(bench.run() == "look, deliver #1: 1, rest 30000");
}

TEST_CASE("repair: a paused plan begins nothing, finishes what is in flight, and continues where it was") {
    plan_bench bench;
    bench.commit(1, 3);
    CHECK(bench.run() == "read 0, deliver #1: 1, rest 30000");
    bench.pause(true);
    bench.finish(1, "d");
    CHECK(bench.run() == "commit_cursor 1, rest 30000");
    bench.commit(4, 4);
    CHECK(bench.run() == "rest 30000");
    bench.pause(false);
    CHECK(bench.run() == "deliver #2: 2, rest 30000");
}

TEST_CASE("repair: a paused plan stops at once") {
    plan_bench bench;
    bench.commit(1, 3);
    bench.pause(true);
    CHECK(bench.run() == "read 0, rest 30000");
    bench.stop();
    CHECK(bench.run() == "done");
}

TEST_CASE("delivery: an idle sink worker is woken by a replay, and by the end of a pause") {
    delivery_bench bench;
    const auto seen = bench.add(sink_named("sink"), 1);
    bench.start();
    bench.append(1);
    REQUIRE(seen->reaches(1));
    REQUIRE(bench.stored().nack("sink", {.sequence = 1, .attempts = 0, .next_try = {}, .dead = false, .detail = {}}));
    bench.running().look_again("sink");
    CHECK(seen->reaches(2));
    CHECK(bench.running().pause("sink", true));
    CHECK(bench.running().metrics().front().paused);
    bench.append(1);
    CHECK(bench.running().pause("sink", false));
    CHECK(seen->reaches(3));
    CHECK_FALSE(bench.running().pause("another", true));
    bench.stop();
}
