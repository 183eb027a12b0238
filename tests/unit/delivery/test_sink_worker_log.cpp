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

TEST_CASE("log: a sink that stops working is told with the reason, and so is that it works again") {
    captured_log captured;
    hookd::limited_log limits;
    sink_worker_log log{"audit", limits};
    log.worked(start);
    CHECK(captured.take().empty());
    log.unavailable("No space left on device\nreally", start);
    CHECK(captured.take() == "warning sink audit: unavailable, its events wait: No space left on device really\n");
    log.worked(start + 90s);
    CHECK(captured.take() == "info sink audit: works again after 90s\n");
}

TEST_CASE("log: a sink that is down for long fills no disk") {
    captured_log captured;
    hookd::limited_log limits;
    sink_worker_log log{"audit", limits};
    for (int i = 0; i < 1000; ++i) {
        log.unavailable("gone", start + i * 100ms);
        limits.report(start + i * 100ms);
    }
    const auto text = captured.take();
    CHECK(std::ranges::count(text, '\n') <= 14);
    CHECK_THAT(text, Catch::Contains("unavailable for 60s") &&
                         Catch::Contains("more lines about a sink that is unavailable; sink=audit\n"));
}

TEST_CASE("log: every dead letter is told, with endpoint, id, sink and reason") {
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

TEST_CASE("log: events that are tried again are told a few times a minute") {
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
    CHECK_THAT(text, Catch::StartsWith("warning sink team: event msg_1 of endpoint colivara failed in attempt 1, next "
                                       "in 1500 ms: exit 3\n"));
}
