// SPDX-License-Identifier: MIT
#include "delivery/delivery_bench.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace hookd::delivery;
using hookd::sinks::outcome;
using hookd::sinks::verdict;

namespace {

/// A journal that deletes every event that no sink holds back, at once.
struct forgetful_bench : delivery_bench {
    forgetful_bench() : delivery_bench({.retention = 0ms}, {.sweep_pause = 1ms}) {}

    /// Waits until `events` are deleted; false after ten seconds.
    bool deletes(std::uint64_t events) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (stored().metrics().erased < events) {
            if (std::chrono::steady_clock::now() > deadline) {
                return false;
            }
            std::this_thread::sleep_for(1ms);
        }
        return true;
    }
};

outcome unavailable(const hookd::sinks::delivery&) {
    return {.what = verdict::unavailable, .retry_after = 0ms, .detail = {}};
}

} // namespace

TEST_CASE("change: a removed sink no longer holds events back") {
    forgetful_bench bench;
    const auto staying = bench.add(sink_named("staying"));
    const auto leaving = bench.add(sink_named("leaving"), 1, unavailable);
    bench.start();
    bench.append(3);
    REQUIRE(staying->reaches(3));
    REQUIRE(leaving->reaches(1));
    CHECK(bench.stored().metrics().erased == 0);
    auto change = bench.running().prepare(std::array{sink_named("staying")});
    REQUIRE(change.has_value());
    (*change)->commit();
    CHECK(bench.deletes(3));
    bench.stop();
}

TEST_CASE("change: the sinks of an abandoned change hold no events back") {
    forgetful_bench bench;
    const auto staying = bench.add(sink_named("staying"));
    bench.start();
    bench.add(sink_named("new"));
    REQUIRE(bench.running().prepare(std::array{sink_named("staying"), sink_named("new")}).has_value());
    bench.append(3);
    REQUIRE(staying->reaches(3));
    CHECK(bench.deletes(3));
    bench.stop();
}

TEST_CASE("change: a first sink gets what is after its cursor, even from the middle of a commit") {
    delivery_bench bench;
    bench.start();
    bench.append(2);
    REQUIRE(bench.stored().open_sink({"sink"}).has_value()); // its cursor: 2
    bench.append(1);
    std::array<hookd::event_ptr, 2> commit;
    for (std::uint64_t sequence = 2; auto& each : commit) {
        auto made = std::make_shared<hookd::event>();
        made->sequence = sequence++;
        each = made;
    }
    bench.running().committed(commit);
    const auto got = bench.add(sink_named("sink"));
    auto change = bench.running().prepare(std::array{sink_named("sink")});
    REQUIRE(change.has_value());
    (*change)->commit();
    REQUIRE(got->reaches(1));
    CHECK(got->sequences() == std::vector<std::uint64_t>{3});
    bench.stop();
}

TEST_CASE("change: a change that is being prepared when the daemon stops fails at once, and opens no sink") {
    const auto end = GENERATE(
        +[](delivery_bench& bench) { bench.running().expedite(); }, +[](delivery_bench& bench) { bench.stop(); });
    delivery_bench bench;
    bench.start();
    const auto gate = std::make_shared<door>();
    bench.add_behind(gate, sink_named("slow"));
    bench.append(1);
    const auto begun = std::chrono::steady_clock::now();
    auto refused = std::async(
        std::launch::async, [&bench] { return !bench.running().prepare(std::array{sink_named("slow")}).has_value(); });
    end(bench);
    CHECK(refused.get());
    CHECK(std::chrono::steady_clock::now() - begun < 1s);
    CHECK(bench.state("slow").cursor == 0);
    gate->open();
}

TEST_CASE("change: none is prepared once the sinks have stopped") {
    delivery_bench bench;
    bench.start();
    bench.add(sink_named("late"));
    bench.append(1);
    bench.stop();
    CHECK_FALSE(bench.running().prepare(std::array{sink_named("late")}).has_value());
    CHECK(bench.state("late").cursor == 0);
}

TEST_CASE("restart: a sink that was paused gets nothing until it is resumed") {
    delivery_bench bench;
    bench.add(sink_named("sink"));
    bench.start();
    REQUIRE(bench.pause("sink", true));
    bench.restart_journal();
    const auto got = bench.add(sink_named("sink"));
    const auto other = bench.add(sink_named("other"));
    bench.start();
    CHECK(bench.running().metrics().front().paused);
    bench.append(1);
    REQUIRE(other->reaches(1));
    CHECK(got->entries().empty());
    REQUIRE(bench.running().pause("sink", false));
    CHECK(got->reaches(1));
    bench.stop();
}

TEST_CASE("change: wider filters get what was filtered out before and comes after the sink's cursor") {
    delivery_bench bench;
    auto narrow = sink_named("sink");
    narrow.filters.events = {"upsert.fail"};
    const auto down = std::make_shared<std::atomic<bool>>(true);
    const auto got = bench.add(narrow, 1, [down](const auto& what) { return *down ? unavailable(what) : outcome{}; });
    bench.start();
    bench.append(1, "upsert.fail");
    REQUIRE(got->reaches(1));
    bench.append(4, "upsert.success");
    auto change = bench.running().prepare(std::array{sink_named("sink")});
    REQUIRE(change.has_value());
    (*change)->commit();
    *down = false;
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (bench.running().metrics().front().delivered < 5 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(1ms);
    }
    bench.stop();
    const auto all = got->sequences();
    REQUIRE(all.size() >= 5);
    CHECK(std::vector(all.end() - 5, all.end()) == one_to(5));
}
