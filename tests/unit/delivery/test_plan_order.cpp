// SPDX-License-Identifier: MIT
#include "delivery/plan_bench.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using hookd::sink_settings;
using hookd::delivery::plan_bench;

namespace {

sink_settings with_concurrency(unsigned concurrency) {
    sink_settings settings;
    settings.concurrency = concurrency;
    return settings;
}

hookd::event of_type(const char* type, const char* endpoint = "colivara") {
    hookd::event what;
    what.type = type;
    what.endpoint = endpoint;
    return what;
}

} // namespace

TEST_CASE("sink worker plan: with nothing to do it rests, and does not read") {
    plan_bench bench;
    CHECK(bench.run() == "rest 30000");
    CHECK(bench.reads == 0);
}

TEST_CASE("sink worker plan: a sink that takes events singly gets them in order, one after the other") {
    plan_bench bench;
    bench.commit(1, 3);
    CHECK(bench.run() == "read 0, deliver #1: 1, rest 30000");
    bench.finish(1, "d");
    CHECK(bench.run() == "commit_cursor 1, deliver #2: 2, rest 30000");
    bench.finish(2, "d");
    CHECK(bench.run() == "commit_cursor 2, deliver #3: 3, rest 30000");
    bench.finish(3, "d");
    CHECK(bench.run() == "commit_cursor 3, rest 30000");
}

TEST_CASE("sink worker plan: a sink that takes batches gets what arrived meanwhile, up to its limit") {
    plan_bench bench{{.batch_limit = 3}};
    bench.commit(1, 1);
    CHECK(bench.run() == "read 0, deliver #1: 1, rest 30000");
    bench.commit(2, 3);
    CHECK(bench.run() == "rest 30000");
    bench.commit(4, 6);
    bench.finish(1, "d");
    CHECK(bench.run() == "commit_cursor 1, read 1, deliver #2: 2 3 4, rest 30000");
    bench.finish(2, "ddd");
    CHECK(bench.run() == "commit_cursor 4, deliver #3: 5 6, rest 30000");
}

TEST_CASE("sink worker plan: as many single deliveries are in flight as configured, and no more") {
    plan_bench bench{{.settings = with_concurrency(3)}};
    bench.commit(1, 5);
    CHECK(bench.run() == "read 0, deliver #1: 1, deliver #2: 2, deliver #3: 3, rest 30000");
    bench.finish(2, "d");
    CHECK(bench.run() == "deliver #4: 4, rest 30000");
}

TEST_CASE("sink worker plan: concurrency is not for sinks that take batches") {
    plan_bench bench{{.settings = with_concurrency(3), .batch_limit = 2}};
    bench.commit(1, 5);
    CHECK(bench.run() == "read 0, deliver #1: 1 2, rest 30000");
}

TEST_CASE("sink worker plan: the cursor passes nothing unfinished, in whatever order deliveries end") {
    plan_bench bench{{.settings = with_concurrency(4)}};
    bench.commit(1, 4);
    bench.run();
    bench.finish(3, "d");
    bench.finish(2, "d");
    CHECK(bench.run() == "rest 30000");
    CHECK(bench.cursor == 0);
    bench.finish(1, "d");
    CHECK(bench.run() == "commit_cursor 3, rest 30000");
    bench.finish(4, "d");
    CHECK(bench.run() == "commit_cursor 4, rest 30000");
}

TEST_CASE("sink worker plan: the cursor passes numbers that no event has") {
    plan_bench bench{{.batch_limit = 10}};
    bench.commit(5, 6);
    bench.commit(90, 91);
    CHECK(bench.run() == "read 0, commit_cursor 4, deliver #1: 5 6 90 91, rest 30000");
    bench.finish(1, "dddd");
    CHECK(bench.run() == "commit_cursor 91, rest 30000");
}

TEST_CASE("sink worker plan: what the filters leave out is passed without a delivery") {
    struct row {
        std::vector<std::string> events;
        std::vector<std::string> endpoints;
        const char* said;
    };
    const auto only = std::vector<std::string>{"*"};
    for (const auto& [events, endpoints, said] :
         {row{{"upsert.fail"}, only, "read 0, commit_cursor 1, deliver #1: 2 4, rest 30000"},
          row{{"upsert.*"}, only, "read 0, deliver #1: 1 2 4, rest 30000"},
          row{{"unknown", "upsert.fail"}, only, "read 0, commit_cursor 1, deliver #1: 2 3 4, rest 30000"},
          row{only, {"other"}, "read 0, commit_cursor 3, deliver #1: 4, rest 30000"},
          row{{"upsert.success"}, {"other"}, "read 0, commit_cursor 4, rest 30000"}}) {
        plan_bench::shape shape{.batch_limit = 10};
        shape.settings.filters.events = events;
        shape.settings.filters.endpoints = endpoints;
        shape.events = {{1, of_type("upsert.success")},
                        {2, of_type("upsert.fail")},
                        {3, of_type("unknown")},
                        {4, of_type("upsert.fail", "other")}};
        plan_bench bench{shape};
        CHECK(bench.run() == said);
    }
}

TEST_CASE("sink worker plan: an event that is filtered out after one in flight waits for it") {
    plan_bench::shape shape;
    shape.settings.filters.events = {"upsert.fail"};
    shape.events = {{1, of_type("upsert.fail")}, {2, of_type("upsert.success")}};
    plan_bench bench{shape};
    CHECK(bench.run() == "read 0, deliver #1: 1, rest 30000");
    bench.finish(1, "d");
    CHECK(bench.run() == "commit_cursor 2, rest 30000");
}

TEST_CASE("sink worker plan: it begins after the cursor in the journal") {
    plan_bench::shape shape{.batch_limit = 10, .cursor = 2};
    for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
        shape.events[sequence] = of_type("upsert.success");
    }
    plan_bench bench{shape};
    CHECK(bench.run() == "read 2, deliver #1: 3 4, rest 30000");
}

TEST_CASE("sink worker plan: a journal that returns nothing is read again, and nothing is passed") {
    plan_bench bench;
    bench.fail_reads(true);
    bench.commit(1, 2);
    CHECK(bench.run() == "read 0, rest 1000");
    bench.later(999ms);
    CHECK(bench.run() == "rest 1");
    bench.fail_reads(false);
    bench.later(1ms);
    CHECK(bench.run() == "read 0, deliver #1: 1, rest 30000");
    CHECK(bench.cursor == 0);
}

TEST_CASE("sink worker plan: a long backlog is read piece by piece, never far ahead of the deliveries") {
    plan_bench bench{{.batch_limit = 256}};
    bench.commit(1, 10'000);
    for (std::uint64_t ticket = 1; ticket <= 4; ++ticket) {
        bench.run();
        CHECK(bench.reads == ticket);
        bench.finish(ticket, std::string(256, 'd'));
    }
    bench.run();
    CHECK(bench.cursor == 1024);
}

TEST_CASE("sink worker plan: when stopped, it begins nothing, records the remaining outcomes, and is done") {
    plan_bench bench{{.settings = with_concurrency(2)}};
    bench.commit(1, 4);
    bench.run();
    bench.stop();
    CHECK(bench.run() == "rest 30000");
    bench.finish(2, "r");
    CHECK(bench.run() == "fail 2 in 1000, rest 30000");
    bench.finish(1, "d");
    CHECK(bench.run() == "commit_cursor 2, done");
    CHECK(bench.cursor == 2);
}

TEST_CASE("sink worker plan: what is finished after an event that a stop interrupts is not delivered again") {
    plan_bench bench{{.settings = with_concurrency(2)}};
    bench.commit(1, 4);
    CHECK(bench.run() == "read 0, deliver #1: 1, deliver #2: 2, rest 30000");
    bench.finish(2, "d");
    CHECK(bench.run() == "deliver #3: 3, rest 30000");
    bench.finish(3, "x");
    bench.stop();
    CHECK(bench.run() == "dead 3, rest 30000");
    bench.finish(1, "u");
    CHECK(bench.run() == "leave 1, commit_cursor 3, done");
    CHECK(bench.rows.at(1).attempts == 0);

    plan_bench next{{.settings = with_concurrency(2),
                     .cursor = bench.cursor,
                     .events = {{1, {}}, {2, {}}, {3, {}}, {4, {}}},
                     .rows = bench.rows}};
    CHECK(next.run() == "look, read 3, deliver #1: 4, deliver #2: 1, rest 30000");
}

TEST_CASE("sink worker plan: what was cancelled when stopping has used no attempt") {
    plan_bench bench{{.settings = with_concurrency(2)}};
    bench.commit(1, 2);
    bench.run();
    bench.stop();
    bench.finish(1, "u");
    bench.finish(2, "u");
    CHECK(bench.run() == "done");
    CHECK(bench.cursor == 0);
    CHECK(bench.rows.empty());
}
