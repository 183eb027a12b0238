// SPDX-License-Identifier: MIT
#include "delivery/plan_bench.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using hookd::sink_settings;
using hookd::unix_millis;
using hookd::delivery::plan_bench;

namespace {

sink_settings with(unsigned concurrency, hookd::retry_settings retry = {}) {
    sink_settings settings;
    settings.concurrency = concurrency;
    settings.retry = retry;
    return settings;
}

constexpr unix_millis start{std::chrono::hours{500'000}}; // of the bench's wall clock

/// A journal in which the events 1..count failed once and are due, or later.
plan_bench::shape backlog(std::uint64_t count, unix_millis next_try = start) {
    plan_bench::shape shape;
    shape.cursor = count;
    for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
        shape.events[sequence].type = "upsert.success";
        shape.rows[sequence] = {.sequence = sequence, .attempts = 1, .next_try = next_try, .dead = false, .detail = {}};
    }
    return shape;
}

} // namespace

TEST_CASE("failures: a failed event gets a row before the cursor passes it, and does not hold up the others") {
    plan_bench bench;
    bench.commit(1, 2);
    bench.run();
    bench.finish(1, "r");
    CHECK(bench.run() == "fail 1 in 1000, commit_cursor 1, deliver #2: 2, rest 30000");
    CHECK(bench.rows.at(1).attempts == 1);
    CHECK(bench.rows.at(1).detail == "so it went");
}

TEST_CASE("failures: it is retried when due, with growing delays, and its row is removed when it is delivered") {
    plan_bench bench;
    bench.commit(1, 1);
    bench.run();
    bench.finish(1, "r");
    CHECK(bench.run() == "fail 1 in 1000, commit_cursor 1, rest 1000");
    bench.later(999ms);
    CHECK(bench.run() == "rest 1");
    bench.later(1ms);
    CHECK(bench.run() == "look, deliver #2: 1(2), rest 30000");
    bench.finish(2, "r");
    CHECK(bench.run() == "fail 1 in 2000, look, rest 2000");
    bench.later(2s);
    CHECK(bench.run() == "look, deliver #3: 1(3), rest 30000");
    bench.finish(3, "d");
    CHECK_THAT(bench.run(), Catch::StartsWith("ack 1, "));
    CHECK(bench.rows.empty());
}

TEST_CASE("failures: after its last attempt an event is a dead letter and is not retried") {
    plan_bench bench{{.settings = with(1, {.attempts = 3, .first = 1s, .max = 1h})}};
    bench.commit(1, 1);
    bench.run();
    for (std::uint64_t ticket = 1; ticket <= 2; ++ticket) {
        bench.finish(ticket, "r");
        bench.run();
        bench.later(1h);
        CHECK_THAT(bench.run(), Catch::Contains("deliver"));
    }
    bench.finish(3, "r");
    CHECK_THAT(bench.run(), Catch::StartsWith("dead 1, "));
    CHECK(bench.rows.at(1).attempts == 3);
    bench.later(100h);
    CHECK_THAT(bench.run(), !Catch::Contains("deliver"));
}

TEST_CASE("failures: a rejected event is a dead letter at once") {
    plan_bench bench{{.batch_limit = 3}};
    bench.commit(1, 3);
    bench.run();
    bench.finish(1, "dxd");
    CHECK(bench.run() == "dead 2, commit_cursor 3, rest 30000");
    CHECK(bench.rows.at(2).attempts == 1);
}

TEST_CASE("failures: a dead letter's row replaces the row that it had") {
    plan_bench bench{backlog(1)};
    CHECK(bench.run() == "look, deliver #1: 1(2), rest 30000");
    bench.finish(1, "x");
    CHECK_THAT(bench.run(), Catch::StartsWith("dead 1"));
    CHECK(bench.rows.at(1).dead);
}

TEST_CASE("failures: a sink's request for a later attempt is respected") {
    plan_bench bench;
    bench.commit(1, 1);
    bench.run();
    bench.finish(1, "r", 25s);
    CHECK(bench.run() == "fail 1 in 25000, commit_cursor 1, rest 25000");
}

TEST_CASE("failures: rows from before the start are tried when they are due") {
    plan_bench bench{backlog(2, start + 7s)};
    CHECK(bench.run() == "look, rest 7000");
    bench.later(7s);
    CHECK(bench.run() == "look, deliver #1: 1(2), rest 30000");
    bench.finish(1, "d");
    CHECK(bench.run() == "ack 1, deliver #2: 2(2), rest 30000");
}

TEST_CASE("failures: if there are none, the journal is not queried for any") {
    plan_bench bench;
    bench.commit(1, 1);
    CHECK_THAT(bench.run(), !Catch::Contains("look"));
    bench.finish(1, "d");
    bench.later(1h);
    CHECK_THAT(bench.run(), !Catch::Contains("look"));
}

TEST_CASE("failures: a backlog of them and new events take turns") {
    plan_bench bench{backlog(100)};
    bench.commit(101, 200);
    std::string order;
    bench.run();
    for (std::uint64_t ticket = 1; ticket <= 40; ++ticket) {
        bench.finish(ticket, "d");
        order += bench.run().find("(2)") != std::string::npos ? 'f' : 'n';
    }
    CHECK(std::ranges::count(order, 'n') == 20);
    CHECK(order.find("nn") == std::string::npos);
    CHECK(order.find("ff") == std::string::npos);
}

TEST_CASE("failures: slow ones leave room for new events, and slow new events for them") {
    auto shape = backlog(100);
    shape.settings = with(4);
    plan_bench bench{shape};
    bench.commit(101, 200);
    // The kind that never ends takes half of the slots, and the other uses the other half.
    CHECK(bench.run() ==
          "look, read 100, deliver #1: 101, deliver #2: 1(2), deliver #3: 102, deliver #4: 2(2), rest 30000");
    SECTION("slow failed events") {
        bench.finish(1, "d");
        CHECK(bench.run() == "commit_cursor 101, deliver #5: 103, rest 30000");
        bench.finish(3, "d");
        CHECK(bench.run() == "commit_cursor 102, deliver #6: 104, rest 30000");
    }
    SECTION("slow new events") {
        bench.finish(2, "d");
        CHECK(bench.run() == "ack 1, deliver #5: 3(2), rest 30000");
        bench.finish(4, "d");
        CHECK(bench.run() == "ack 2, deliver #6: 4(2), rest 30000");
    }
}

TEST_CASE("failures: without new events they use all slots, and a long backlog is tried completely") {
    auto shape = backlog(100);
    shape.settings = with(4);
    plan_bench bench{shape};
    CHECK_THAT(bench.run(), Catch::Contains("deliver #4: 4(2)"));
    for (std::uint64_t ticket = 1; ticket <= 100; ++ticket) {
        bench.finish(ticket, "d");
        bench.run();
    }
    CHECK(bench.rows.empty());
}

TEST_CASE("failures: they are tried while many events of the journal are filtered out") {
    auto shape = backlog(10);
    shape.settings.filters.events = {"upsert.success"};
    plan_bench bench{shape};
    bench.commit(11, 10'000, "upsert.fail");
    bench.run();
    CHECK(bench.reads == 1);
}

TEST_CASE("failures: a sink that takes batches gets due ones in a batch of their own, in order") {
    auto shape = backlog(3);
    shape.rows.at(1).next_try = start - 1s;
    shape.rows.at(2).next_try = start - 2s;
    shape.batch_limit = 8;
    plan_bench bench{shape};
    CHECK(bench.run() == "look, deliver #1: 1(2) 2(2) 3(2), rest 30000");
}

TEST_CASE("failures: a row that is written during a query is not forgotten") {
    auto shape = backlog(1, start + 20s);
    shape.settings = with(2);
    plan_bench bench{shape};
    bench.commit(2, 2);
    CHECK_THAT(bench.run(), Catch::EndsWith("deliver #1: 2, rest 20000"));
    bench.later(20s);
    bench.hold_looks();
    CHECK(bench.run() == "look");
    bench.finish(1, "r");
    bench.answer_look(); // without the row of 2
    CHECK_THAT(bench.run(), Catch::EndsWith("deliver #2: 1(2), look, rest 1000"));
    bench.finish(2, "d");
    CHECK(bench.run() == "ack 1, rest 1000");
    bench.later(1s);
    CHECK(bench.run() == "look, deliver #3: 2(2), look, rest 30000");
}

TEST_CASE("failures: a row that is written while a query finds none is still tried when due") {
    auto shape = backlog(1, start + 20s);
    shape.settings = with(2);
    plan_bench bench{shape};
    bench.commit(2, 2);
    CHECK_THAT(bench.run(), Catch::EndsWith("deliver #1: 2, rest 20000"));
    bench.later(20s);
    bench.hold_looks();
    CHECK(bench.run() == "look");
    bench.finish(1, "r");
    bench.rows.clear();
    bench.answer_look();
    CHECK_THAT(bench.run(), Catch::EndsWith("rest 1000"));
    bench.later(1s);
    CHECK_THAT(bench.run(), Catch::Contains("deliver #2: 2(2)"));
}

TEST_CASE("failures: a row that survived a crash is removed when its event is delivered as a new one") {
    auto shape = backlog(2);
    shape.cursor = 0;
    shape.rows.erase(1);
    shape.rows.at(2).dead = true;
    shape.batch_limit = 2;
    plan_bench bench{shape};
    CHECK(bench.run() == "read 0, deliver #1: 1 2, rest 30000");
    bench.finish(1, "dd");
    bench.run();
    CHECK(bench.rows.empty());
    bench.commit(3, 3);
    bench.run();
    bench.finish(2, "d");
    CHECK(bench.run() == "commit_cursor 3, rest 30000");
}

TEST_CASE("failures: due ones follow each other at once, however few of them a query returns") {
    plan_bench bench{backlog(3)};
    bench.bound_looks(1);
    CHECK_THAT(bench.run(), Catch::StartsWith("look, deliver #1: 1(2)"));
    bench.finish(1, "d");
    CHECK_THAT(bench.run(), Catch::Contains("look, deliver #2: 2(2)"));
    bench.finish(2, "d");
    CHECK_THAT(bench.run(), Catch::Contains("look, deliver #3: 3(2)"));
}

TEST_CASE("clock: set forward, it costs no more than an early attempt each") {
    plan_bench bench{backlog(3, start + 20s)};
    CHECK(bench.run() == "look, rest 20000");
    bench.set_clock(1000h);
    bench.later(20s);
    for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) {
        CHECK_THAT(bench.run(), Catch::Contains("deliver"));
        bench.finish(ticket, "r");
    }
    CHECK_THAT(bench.run(), Catch::Contains("in 2000") && !Catch::Contains("deliver"));
}

TEST_CASE("clock: set back while events wait, they are tried as if it had not been") {
    plan_bench bench;
    bench.commit(1, 1);
    bench.run();
    bench.finish(1, "r", 15s);
    bench.run();
    bench.set_clock(-30min);
    bench.later(15s);
    CHECK(bench.run() == "look, deliver #2: 1(2), rest 30000");
    bench.finish(2, "r");
    bench.run();
    bench.later(2s);
    CHECK(bench.run() == "look, deliver #3: 1(3), rest 30000");
}

TEST_CASE("clock: rows from a time when the clock was far ahead do not wait for it") {
    plan_bench bench{backlog(1, start + 10'000h)};
    CHECK(bench.run() == "look, deliver #1: 1(2), rest 30000");
    plan_bench last{backlog(1, unix_millis::max())};
    CHECK(last.run() == "look, deliver #1: 1(2), rest 30000");
    plan_bench first{backlog(1, unix_millis::min())};
    CHECK(first.run() == "look, deliver #1: 1(2), rest 30000");
}

TEST_CASE("clock: however long the wait, the journal is queried again within half a minute") {
    plan_bench bench{backlog(1, start + 50min)};
    CHECK(bench.run() == "look, rest 30000");
    bench.later(30s);
    CHECK(bench.run() == "look, rest 30000");
}
