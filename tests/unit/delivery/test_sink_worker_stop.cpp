// SPDX-License-Identifier: MIT
#include "delivery/delivery_bench.hpp"
#include "delivery/sink_worker.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <thread>

using namespace std::chrono_literals;
using namespace hookd::delivery;
using hookd::sinks::outcome;
using hookd::sinks::verdict;
using entries = std::vector<record::entry>;

TEST_CASE("stop: deliveries in flight may finish in time, and count") {
    delivery_bench bench;
    const auto gate = std::make_shared<door>();
    const auto got = bench.add(sink_named("sink"), 1, [gate](const auto&) {
        gate->pass();
        return outcome{};
    });
    bench.start();
    bench.append(2);
    CHECK(got->reaches(1));
    auto stopped = std::async(std::launch::async, [&bench] { bench.stop(30s); });
    gate->open();
    stopped.get();
    CHECK(got->has("ended"));
    CHECK(bench.state("sink").cursor == got->entries().size());
}

TEST_CASE("stop: a sink worker whose thread hangs is detached in time, and touches nothing when it returns") {
    delivery_bench bench;
    const auto gate = std::make_shared<door>();
    const auto stuck = bench.add(sink_named("stuck"), 1, [gate](const auto&) {
        gate->pass();
        return outcome{};
    });
    const auto healthy = bench.add(sink_named("healthy"));
    bench.start();
    bench.append(3);
    CHECK(stuck->reaches(1));
    CHECK(healthy->reaches(3));
    const auto begun = std::chrono::steady_clock::now();
    bench.stop(100ms);
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
    CHECK(stuck->count_of("ended") == 0);
    CHECK(bench.state("stuck").cursor == 0);
    CHECK(bench.state("healthy").cursor == 3);
    bench.close_journal();
    gate->open();
    CHECK(stuck->has("ended"));
    CHECK(stuck->sequences() == one_to(1));
}

TEST_CASE("stop: the end of the dispatcher stops it") {
    delivery_bench bench;
    const auto hanging = bench.add_hanging(sink_named("hanging"));
    bench.start();
    bench.append(1);
    CHECK(hanging->reaches(1));
    bench.close_journal();
    CHECK(hanging->count_of("cancelled") == 1);
}

TEST_CASE("stop: commits may still arrive afterwards") {
    delivery_bench bench;
    const auto got = bench.add(sink_named("sink"));
    bench.start();
    bench.append(2);
    CHECK(got->reaches(2));
    bench.stop();
    bench.append(2);
    CHECK(got->entries().size() == 2);
    CHECK(bench.state("sink").cursor == 2);
}

TEST_CASE("restart: what was cancelled, failed or not reached is delivered afterwards; what was delivered is not") {
    delivery_bench bench;
    auto settings = sink_named("sink");
    settings.concurrency = 3;
    settings.retry.first = 1ms;
    settings.retry.max = 50ms;
    auto got = bench.add(settings, 1, [](const auto& what) {
        return outcome{.what = what.what->sequence % 5 == 0 ? verdict::retry : verdict::delivered,
                       .retry_after = 0ms,
                       .detail = {}};
    });
    bench.start();
    bench.append(300);
    CHECK(got->reaches(100));
    bench.stop(30s);
    std::map<std::uint64_t, int> delivered;
    for (const auto& each : got->sequences()) {
        if (each % 5 != 0) {
            ++delivered[each];
        }
    }

    bench.restart_journal();
    got = bench.add(settings, 1);
    bench.start();
    bench.append(50);
    const auto expected = 350 - delivered.size();
    CHECK(got->reaches(expected));
    bench.stop(30s);
    CHECK(got->entries().size() == expected);
    for (const auto& each : got->sequences()) {
        ++delivered[each];
    }
    CHECK(delivered.size() == 350);
    CHECK(std::ranges::all_of(delivered, [](const auto& each) { return each.second == 1; }));
    CHECK(bench.state("sink").cursor == 350);
    CHECK(bench.state("sink").waiting == 0);
}

TEST_CASE("stop: the retry time that a sink requested is in the journal") {
    delivery_bench bench;
    auto settings = sink_named("sink");
    settings.retry.first = 1ms;
    settings.retry.max = 1ms;
    auto got = bench.add(settings, 1, [](const auto& what) {
        return outcome{.what = verdict::retry, .retry_after = what.attempt == 3 ? 1h : 0ms, .detail = {}};
    });
    bench.start();
    bench.append(1);
    CHECK(got->reaches(3));
    bench.stop();
    const auto state = bench.state("sink");
    CHECK(state.waiting == 1);
    REQUIRE(state.next_try.has_value());
    CHECK(*state.next_try > hookd::system_now() + 50min);
}

TEST_CASE("restart: a failed event continues with its number of attempts") {
    delivery_bench bench;
    auto settings = sink_named("sink");
    settings.retry.first = 200ms;
    settings.retry.max = 200ms;
    const auto before = bench.add(
        settings, 1, [](const auto&) { return outcome{.what = verdict::retry, .retry_after = 0ms, .detail = {}}; });
    bench.start();
    bench.append(1);
    CHECK(before->reaches(1));
    bench.restart_journal();
    const auto after = bench.add(settings, 1);
    bench.start();
    CHECK(after->reaches(1));
    bench.stop();
    CHECK(after->entries() == entries{{1, static_cast<unsigned>(before->entries().size()) + 1}});
    CHECK(bench.state("sink").waiting == 0);
}

TEST_CASE("restart: a backlog from before the start is delivered") {
    delivery_bench bench;
    (void)bench.stored().open_sink({"sink"});
    bench.append(700);
    const auto got = bench.add(sink_named("sink"), 100);
    bench.start();
    CHECK(got->reaches(700));
    bench.append(1);
    CHECK(got->reaches(701));
    bench.stop();
    CHECK(got->sequences() == one_to(701));
}

namespace {

/// A sink worker whose sink never finishes a delivery, and whose deliveries time out soon.
std::shared_ptr<sink_worker> start_hanging(delivery_bench& bench, const std::shared_ptr<record>& into,
                                           unsigned attempts, std::size_t batch_limit) {
    auto settings = sink_named("sink");
    settings.timeout = 20ms;
    settings.retry.attempts = attempts;
    const auto state = bench.stored().open_sink({"sink"});
    REQUIRE(state.has_value());
    bench.append(batch_limit);
    auto alone = std::make_shared<sink_worker>(
        settings,
        sink_worker::place{.journal = {.log = bench.stored(), .store = bench.stored()},
                           .newest_events = std::make_shared<recent_events>(batch_limit, recent_events::limits{}),
                           .clock = &hookd::system_now,
                           .overtime = 10ms});
    alone->start(
        [=](const auto&, auto& context) { return std::make_unique<hanging_sink>(into, context, batch_limit); });
    alone->begin(*state);
    return alone;
}

void end_after_cancelling(sink_worker& alone, const record& into, std::size_t times) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (into.count_of("cancelled") < times && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    CHECK(into.count_of("cancelled") >= times);
    alone.stop();
    REQUIRE(alone.ended_before(std::chrono::steady_clock::now() + 30s));
}

} // namespace

TEST_CASE("timeout: a single event that is never finished is cancelled, and that counts as an attempt") {
    delivery_bench bench;
    const auto into = std::make_shared<record>();
    const auto alone = start_hanging(bench, into, 2, 1);
    CHECK(into->reaches(2));
    end_after_cancelling(*alone, *into, 2);
    CHECK(into->entries() == entries{{1, 1}, {1, 2}});
    CHECK(bench.state("sink").dead == 1);
    CHECK(bench.state("sink").cursor == 1);
}

TEST_CASE("timeout: a batch that is never finished makes the sink unavailable, and is not an attempt of any event") {
    delivery_bench bench;
    const auto into = std::make_shared<record>();
    const auto alone = start_hanging(bench, into, 1, 2);
    CHECK(into->reaches(4));
    end_after_cancelling(*alone, *into, 2);
    const auto tried = into->entries();
    CHECK(std::ranges::all_of(tried, [](const auto& each) { return each.attempt == 1; }));
    const auto state = bench.state("sink");
    CHECK(state.dead == 0);
    CHECK(state.waiting == 0);
    CHECK(state.cursor == 0);
}
