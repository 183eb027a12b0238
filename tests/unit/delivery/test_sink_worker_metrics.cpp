// SPDX-License-Identifier: MIT
#include "delivery/delivery_bench.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace std::chrono_literals;
using namespace hookd::delivery;
using hookd::sinks::outcome;
using hookd::sinks::verdict;

namespace {

outcome said(verdict what) {
    return {.what = what, .retry_after = {}, .detail = "as the test wants it"};
}

/// The metrics of the bench's only sink, once they are as expected; else as they are after half a minute.
sink_metrics once(delivery_bench& bench, const std::function<bool(const sink_metrics&)>& holds) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    for (;;) {
        auto all = bench.running().metrics();
        REQUIRE(all.size() == 1);
        if (holds(all.front()) || std::chrono::steady_clock::now() > end) {
            return all.front();
        }
        std::this_thread::sleep_for(1ms);
    }
}

} // namespace

TEST_CASE("delivery: a sink's metrics distinguish delivered, retried and rejected") {
    delivery_bench bench;
    bench.add(sink_named("sink"), 1, [](const hookd::sinks::delivery& what) {
        if (what.what->sequence == 2) {
            return said(verdict::reject);
        }
        return said(what.what->sequence == 3 && what.attempt == 1 ? verdict::retry : verdict::delivered);
    });
    bench.start();
    bench.append(4);
    const auto seen = once(bench, [](const sink_metrics& now) { return now.delivered == 3 && now.reached == 4; });
    CHECK(seen.name == "sink");
    CHECK(seen.delivered == 3);
    CHECK(seen.retried == 1);
    CHECK(seen.rejected == 1);
    CHECK(seen.reached == 4);
    CHECK(seen.in_flight == 0);
    CHECK_FALSE(seen.outage);
    CHECK(seen.attempts_per_minute == 5);
    REQUIRE(seen.last_error);
    CHECK(seen.last_error->detail == "as the test wants it");
    CHECK_FALSE(once(bench, [](const sink_metrics& now) { return !now.oldest; }).oldest);
}

TEST_CASE("delivery: how many events are in flight, and since when, is known while the sink blocks its sink worker") {
    delivery_bench bench;
    const auto shut = std::make_shared<door>();
    const auto got = bench.add(sink_named("sink"), 256, [shut](const hookd::sinks::delivery&) {
        shut->pass();
        return said(verdict::delivered);
    });
    bench.start();
    bench.append(1);
    REQUIRE(got->reaches(1));
    bench.append(2);
    const auto seen = bench.running().metrics().front();
    CHECK(seen.in_flight == 1);
    CHECK(seen.reached == 0);
    CHECK(seen.oldest);
    shut->open();
    CHECK(once(bench, [](const sink_metrics& now) { return now.reached == 3; }).delivered == 3);
}

TEST_CASE("delivery: a sink in backoff is unavailable, and the events that wait have an age, until it is available") {
    delivery_bench bench;
    const auto repaired = std::make_shared<std::atomic<bool>>(false);
    bench.add(sink_named("sink"), 1, [repaired](const hookd::sinks::delivery&) {
        return said(*repaired ? verdict::delivered : verdict::unavailable);
    });
    bench.start();
    bench.append(2);
    const auto down = once(bench, [](const sink_metrics& now) { return now.outage.has_value(); });
    REQUIRE(down.outage);
    CHECK(down.outage->detail == "as the test wants it");
    CHECK(down.outage->at <= hookd::system_now());
    CHECK(down.outage->at > hookd::system_now() - 1min);
    CHECK(once(bench, [](const sink_metrics& now) { return now.next_try.has_value(); }).next_try);
    CHECK(down.oldest);
    *repaired = true;
    const auto up = once(bench, [](const sink_metrics& now) { return now.reached == 2 && !now.outage; });
    CHECK_FALSE(up.outage);
    CHECK(up.last_error);
    CHECK_FALSE(once(bench, [](const sink_metrics& now) { return !now.next_try; }).next_try);
    CHECK(up.delivered == 2);
}

TEST_CASE(
    "delivery: a sink's error is kept short, on one line, and its next try is that of the earliest failed event") {
    delivery_bench bench;
    auto settings = sink_named("sink");
    settings.retry.first = settings.retry.max = 1h;
    bench.add(settings, 1, [](const hookd::sinks::delivery&) {
        return outcome{
            .what = verdict::retry, .retry_after = {}, .detail = std::string(300, '\n') + std::string(300, 'x')};
    });
    bench.start();
    bench.append(1);
    const auto seen = once(bench, [](const sink_metrics& now) { return now.retried == 1 && now.next_try; });
    REQUIRE(seen.last_error);
    CHECK(seen.last_error->detail == std::string(300, ' ') + std::string(212, 'x'));
    REQUIRE(seen.next_try);
    CHECK(*seen.next_try > hookd::system_now() + 40min);
    CHECK_FALSE(seen.outage);
    REQUIRE(bench.running().pause("sink", true));
    CHECK_FALSE(bench.running().metrics().front().next_try);
}
