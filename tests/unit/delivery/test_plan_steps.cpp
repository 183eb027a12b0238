// SPDX-License-Identifier: MIT
#include "delivery/plan_bench.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using hookd::delivery::plan_bench;

namespace {

plan_bench::shape stepping() {
    plan_bench::shape shape{.batch_limit = 3, .gather_time = 10ms, .filtered_step = 200ms};
    shape.settings.filters.events = {"upsert.fail"};
    return shape;
}

} // namespace

TEST_CASE("sink worker plan: filtered events are passed unread, and the cursor follows them in steps") {
    plan_bench plan{stepping()};
    CHECK(plan.run() == "rest 30000");
    plan.commit_filtered(1, 5);
    CHECK(plan.run() == "commit_cursor 5, doze 200");
    plan.later(150ms);
    plan.commit_filtered(6, 900);
    CHECK(plan.run() == "doze 50"); // woken by something else, it tells nothing yet
    plan.later(50ms);
    CHECK(plan.run() == "commit_cursor 900, doze 150");
    plan.later(150ms);
    CHECK(plan.run() == "rest 30000"); // nothing came: the next filtered event wakes it
    CHECK(plan.reads == 0);
}

TEST_CASE("sink worker plan: a wanted event is delivered at once, however many filtered ones came before") {
    plan_bench plan{stepping()};
    plan.commit_filtered(1, 50);
    plan.run();
    plan.later(1ms);
    plan.commit(51, 51, "upsert.fail");
    CHECK(plan.run() == "read 50, deliver #1: 51, sleep 10");
    plan.finish(1, "d");
    CHECK(plan.run() == "commit_cursor 51, sleep 10");
    CHECK(plan.cursor == 51);
}

TEST_CASE("sink worker plan: a cursor that passes a delivered event is told at once") {
    plan_bench plan{stepping()};
    plan.commit(1, 1, "upsert.fail");
    plan.run();
    plan.finish(1, "d");
    CHECK(plan.run() == "commit_cursor 1, sleep 10");
    plan.later(10ms);
    plan.commit(2, 3, "upsert.fail");
    CHECK(plan.run() == "read 1, deliver #2: 2 3, sleep 10");
    plan.finish(2, "dd");
    CHECK(plan.run() == "commit_cursor 3, sleep 10");
}

TEST_CASE("sink worker plan: filtered events before one that waits long are passed by the cursor within a step") {
    auto shape = stepping();
    plan_bench plan{shape};
    plan.commit_filtered(1, 1);
    plan.run();
    plan.later(1ms);
    plan.commit(2, 8);
    plan.commit(9, 9, "upsert.fail");
    CHECK(plan.run() == "read 1, deliver #1: 9, sleep 10");
    plan.later(199ms);
    CHECK(plan.run() == "commit_cursor 8, sleep 30000");
}

TEST_CASE("sink worker plan: after a batch that left nothing, events gather for the next; after another they do not") {
    plan_bench plan{stepping()};
    plan.commit(1, 1, "upsert.fail");
    CHECK(plan.run() == "read 0, deliver #1: 1, sleep 10");
    plan.later(2ms);
    plan.finish(1, "d");
    plan.commit(2, 5, "upsert.fail");
    CHECK(plan.run() == "commit_cursor 1, sleep 8");
    plan.later(8ms);
    CHECK(plan.run() == "read 1, deliver #2: 2 3 4, sleep 30000");
    plan.finish(2, "ddd");
    CHECK(plan.run() == "commit_cursor 4, deliver #3: 5, sleep 10");
    plan.finish(3, "d");
    CHECK(plan.run() == "commit_cursor 5, sleep 10");
    plan.later(10ms);
    plan.commit(6, 6, "upsert.fail");
    CHECK(plan.run() == "read 5, deliver #4: 6, sleep 10");
}

TEST_CASE("sink worker plan: a stop waits for no step and tells the last cursor") {
    plan_bench plan{stepping()};
    plan.commit_filtered(1, 5);
    plan.run();
    plan.commit_filtered(6, 7);
    plan.stop();
    CHECK(plan.run() == "commit_cursor 7, done");
}

TEST_CASE("sink worker plan: a paused sink passes what it does not want, up to the first event that it wants") {
    plan_bench plan{stepping()};
    plan.pause(true);
    plan.commit_filtered(1, 5);
    CHECK(plan.run() == "commit_cursor 5, doze 200");
    plan.later(200ms);
    plan.commit(6, 6, "upsert.fail");
    CHECK(plan.run() == "read 5, sleep 30000");
    plan.pause(false);
    CHECK(plan.run() == "deliver #1: 6, sleep 10");
}
