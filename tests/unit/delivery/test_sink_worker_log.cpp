// SPDX-License-Identifier: MIT
#include "captured_log.hpp"
#include "delivery/sink_worker_log.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace std::chrono_literals;
using hookd::delivery::sink_worker_log;
using hookd::delivery::steady_time;
using hookd_test::captured_log;

namespace {

constexpr steady_time start{1h};

} // namespace

TEST_CASE("log: an outage of a sink is logged with the reason, and so is its end") {
    captured_log captured;
    hookd::limited_log limits;
    sink_worker_log log{"audit", limits};
    log.worked(start);
    CHECK(captured.take().empty());
    log.unavailable("No space left on device\nreally", start);
    CHECK(captured.take() == "warning sink audit: unavailable, its events wait: No space left on device really\n");
    log.worked(start + 90s);
    CHECK(captured.take() == "info sink audit: available again after 1m30s\n");
}

TEST_CASE("log: a sink that is down for long does not fill the disk") {
    captured_log captured;
    hookd::limited_log limits;
    sink_worker_log log{"audit", limits};
    for (int i = 0; i < 1000; ++i) {
        log.unavailable("gone", start + i * 100ms);
        limits.report(start + i * 100ms);
    }
    const auto text = captured.take();
    CHECK(std::ranges::count(text, '\n') <= 14);
    CHECK_THAT(text, Catch::Contains("unavailable for 1m,") &&
                         Catch::Contains("more lines about an unavailable sink; sink=audit\n"));
}

TEST_CASE("log: every dead letter is logged, with endpoint, id, sink and reason") {
    captured_log captured;
    hookd::limited_log limits;
    sink_worker_log log{"team", limits};
    hookd::event what;
    what.endpoint = "colivara";
    what.id = "msg_1";
    for (int i = 0; i < 100; ++i) {
        log.failed(what, {.sequence = 1, .attempts = 16, .next_try = {}, .dead = true, .detail = "exit 3"}, 0ms, start);
    }
    const auto text = captured.take();
    CHECK(std::ranges::count(text, '\n') == 100);
    CHECK_THAT(text, Catch::StartsWith("error sink team: event msg_1 of endpoint colivara is a dead letter after 16 "
                                       "attempt(s): exit 3\n"));
}

TEST_CASE("log: retries are logged a few times per minute") {
    captured_log captured;
    hookd::limited_log limits;
    sink_worker_log log{"team", limits};
    hookd::event what;
    what.endpoint = "colivara";
    what.id = "msg_1";
    for (int i = 0; i < 100; ++i) {
        log.failed(what, {.sequence = 1, .attempts = 1, .next_try = {}, .dead = false, .detail = "exit 3"}, 1500ms,
                   start);
    }
    const auto text = captured.take();
    CHECK(std::ranges::count(text, '\n') <= 6);
    CHECK_THAT(text, Catch::StartsWith("warning sink team: event msg_1 of endpoint colivara failed in attempt 1, "
                                       "retrying in 1.5s: exit 3\n"));
}
