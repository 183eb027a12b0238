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

} // namespace

TEST_CASE("backoff: an unavailable sink gets the same events again after a pause, and no attempt is counted") {
    plan_bench bench{{.batch_limit = 3}};
    bench.commit(1, 5);
    CHECK(bench.run() == "read 0, deliver #1: 1 2 3, rest 30000");
    bench.finish(1, "uuu");
    CHECK(bench.run() == "rest 1000");
    bench.later(1s);
    CHECK(bench.run() == "deliver #2: 1 2 3, rest 30000");
    CHECK(bench.rows.empty());
    CHECK(bench.cursor == 0);
}

TEST_CASE("backoff: the pause grows to a minute at most, and a success ends it at once") {
    plan_bench bench{{.batch_limit = 10}};
    bench.commit(1, 1);
    bench.run();
    std::uint64_t ticket = 0;
    for (const auto* pause : {"1000", "2000", "4000", "8000", "16000", "30000", "30000", "30000", "30000"}) {
        bench.finish(++ticket, "u");
        CHECK(bench.run() == std::string{"rest "} + pause); // no rest is longer than 30 s, whatever the pause
        bench.later(1min);
        CHECK(bench.run() == "deliver #" + std::to_string(ticket + 1) + ": 1, rest 30000");
    }
    bench.finish(++ticket, "d");
    bench.commit(2, 2);
    CHECK(bench.run() == "commit_cursor 1, read 1, deliver #11: 2, rest 30000");
    bench.finish(++ticket, "u");
    CHECK(bench.run() == "rest 1000");
}

TEST_CASE("backoff: a sink whose retries have no delay is not tried in a busy loop while it is unavailable") {
    plan_bench::shape shape;
    shape.settings.retry.first = 0ms;
    plan_bench bench{shape};
    bench.commit(1, 1);
    CHECK(bench.run() == "read 0, deliver #1: 1, rest 30000");
    bench.finish(1, "u");
    CHECK(bench.run() == "rest 10");
}

TEST_CASE("backoff: during the pause nothing begins, neither new events nor failed ones, and nothing is read") {
    plan_bench bench{{.settings = with_concurrency(2)}};
    bench.commit(1, 2);
    bench.run();
    bench.finish(1, "r");
    CHECK(bench.run() == "fail 1 in 1000, commit_cursor 1, rest 1000");
    bench.finish(2, "u", 5s);
    bench.commit(3, 4);
    bench.later(2s);
    CHECK(bench.run() == "rest 3000");
    CHECK(bench.reads == 1);
}

TEST_CASE("backoff: after the pause a single delivery probes the sink, before the others follow in order") {
    plan_bench bench{{.settings = with_concurrency(3)}};
    bench.commit(1, 4);
    CHECK(bench.run() == "read 0, deliver #1: 1, deliver #2: 2, deliver #3: 3, rest 30000");
    bench.finish(2, "u");
    bench.finish(3, "u");
    bench.finish(1, "u");
    CHECK(bench.run() == "rest 1000"); // three of one time are one piece of news
    bench.later(1s);
    CHECK(bench.run() == "deliver #4: 1, rest 30000");
    bench.finish(4, "d");
    CHECK(bench.run() == "commit_cursor 1, deliver #5: 2, deliver #6: 3, deliver #7: 4, rest 30000");
}

TEST_CASE("backoff: a delivery that began before the outage does not end it") {
    plan_bench bench{{.settings = with_concurrency(2)}};
    bench.commit(1, 3);
    bench.run();
    bench.finish(2, "u");
    bench.finish(1, "d");
    CHECK(bench.run() == "commit_cursor 1, rest 1000");
}

TEST_CASE("backoff: an earlier slow delivery does not prevent the probe") {
    plan_bench bench{{.settings = with_concurrency(2)}};
    bench.commit(1, 3);
    bench.run();
    bench.finish(2, "u");
    bench.later(1s);
    CHECK(bench.run() == "deliver #3: 2, rest 30000");
    bench.finish(3, "u");
    CHECK(bench.run() == "rest 2000");
}

TEST_CASE("backoff: of a batch that succeeded in part, the rest is delivered again") {
    plan_bench bench{{.batch_limit = 4}};
    bench.commit(1, 4);
    bench.run();
    bench.finish(1, "dduu");
    CHECK(bench.run() == "commit_cursor 2, rest 1000");
    bench.later(1s);
    CHECK(bench.run() == "deliver #2: 3 4, rest 30000");
    bench.finish(2, "du");
    CHECK(bench.run() == "commit_cursor 3, rest 1000"); // it worked in between: the pause has not grown
}

TEST_CASE("backoff: outcomes that a sink leaves out count as unavailable") {
    plan_bench bench{{.batch_limit = 3}};
    bench.commit(1, 3);
    bench.run();
    bench.finish(1, "d");
    CHECK(bench.run() == "commit_cursor 1, rest 1000");
}

TEST_CASE("backoff: a failure or a rejection of one event shows that the sink is available") {
    for (const auto* outcome : {"r", "x"}) {
        plan_bench bench;
        bench.commit(1, 2);
        bench.run();
        bench.finish(1, "u");
        bench.run();
        bench.later(1s);
        bench.run();
        bench.finish(2, outcome);
        CHECK_THAT(bench.run(), Catch::Contains("deliver #3: 2"));
    }
}

TEST_CASE("backoff: a failed event that finds the sink unavailable keeps its attempts") {
    plan_bench bench;
    bench.commit(1, 1);
    bench.run();
    bench.finish(1, "r");
    CHECK(bench.run() == "fail 1 in 1000, commit_cursor 1, rest 1000");
    bench.later(1s);
    CHECK(bench.run() == "look, deliver #2: 1(2), rest 30000");
    bench.finish(2, "u");
    CHECK(bench.run() == "rest 1000");
    bench.later(1s);
    CHECK(bench.run() == "deliver #3: 1(2), rest 30000");
    bench.finish(3, "d");
    CHECK_THAT(bench.run(), Catch::StartsWith("ack 1"));
    CHECK(bench.rows.empty());
}

TEST_CASE("backoff: stopping does not wait for its end") {
    plan_bench bench;
    bench.commit(1, 1);
    bench.run();
    bench.finish(1, "u");
    bench.stop();
    CHECK(bench.run() == "done");
}
