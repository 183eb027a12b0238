// SPDX-License-Identifier: MIT
#include "delivery/delivery_bench.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;
using namespace hookd::delivery;
using hookd::sink_settings;
using hookd::sinks::outcome;
using hookd::sinks::verdict;
using entries = std::vector<record::entry>;

namespace {

outcome said(verdict what) {
    return {.what = what, .retry_after = {}, .detail = "as the test wants it"};
}

sink_settings with_concurrency(unsigned concurrency) {
    auto settings = sink_named("sink");
    settings.concurrency = concurrency;
    return settings;
}

} // namespace

TEST_CASE("delivery: every event reaches every sink, in order, and the cursors are after the last") {
    delivery_bench bench;
    const auto batches = bench.add(sink_named("batches"), 16);
    const auto singles = bench.add(sink_named("singles"), 1);
    bench.start();
    for (int i = 0; i < 10; ++i) {
        bench.append(50);
    }
    CHECK(batches->reaches(500));
    CHECK(singles->reaches(500));
    bench.stop();
    CHECK(batches->sequences() == one_to(500));
    CHECK(singles->sequences() == one_to(500));
    CHECK(std::ranges::max(batches->batch_sizes()) <= 16);
    CHECK(std::ranges::max(singles->batch_sizes()) == 1);
    CHECK(bench.state("batches").cursor == 500);
    CHECK(bench.state("singles").cursor == 500);
}

TEST_CASE("delivery: each sink gets what its filters let through, and passes the rest") {
    delivery_bench bench;
    auto failures = sink_named("failures");
    failures.filters.events = {"upsert.fail"};
    auto others = sink_named("others");
    others.filters.endpoints = {"another"};
    const auto got_failures = bench.add(failures);
    const auto got_none = bench.add(others);
    bench.start();
    bench.append(3, "upsert.success");
    bench.append(2, "upsert.fail");
    bench.append(1, "upsert.success");
    CHECK(got_failures->reaches(2));
    bench.stop();
    CHECK(got_failures->sequences() == std::vector<std::uint64_t>{4, 5});
    CHECK(got_none->sequences().empty());
    CHECK(bench.state("failures").cursor >= 5);
}

TEST_CASE("delivery: an event that fails is retried, with its attempts counted, until it is delivered") {
    delivery_bench bench;
    const auto got = bench.add(sink_named("sink"), 1, [](const auto& what) {
        return said(what.what->sequence == 2 && what.attempt < 4 ? verdict::retry : verdict::delivered);
    });
    bench.start();
    bench.append(3);
    CHECK(got->reaches(6));
    bench.stop();
    const auto all = got->entries();
    for (unsigned attempt = 1; attempt <= 4; ++attempt) {
        CHECK(std::ranges::count(all, record::entry{2, attempt}) == 1);
    }
    const auto state = bench.state("sink");
    CHECK(state.cursor == 3);
    CHECK(state.waiting == 0);
    CHECK(state.dead == 0);
}

TEST_CASE("delivery: an event that fails permanently becomes a dead letter, and the others are delivered") {
    delivery_bench bench;
    auto settings = sink_named("sink");
    settings.retry.attempts = 3;
    const auto got = bench.add(settings, 1, [](const auto& what) {
        if (what.what->sequence == 1) {
            return said(verdict::retry);
        }
        return said(what.what->sequence == 2 ? verdict::reject : verdict::delivered);
    });
    bench.start();
    bench.append(4);
    CHECK(got->reaches(6));
    bench.stop();
    const auto state = bench.state("sink");
    CHECK(state.cursor == 4);
    CHECK(state.waiting == 0);
    CHECK(state.dead == 2);
    CHECK(std::ranges::count(got->sequences(), 1) == 3);
    CHECK(std::ranges::count(got->sequences(), 2) == 1);
}

TEST_CASE("delivery: a sink that was unavailable for a while gets everything in order, nothing counted") {
    delivery_bench bench;
    int calls = 0; // on the sink worker's thread
    const auto got = bench.add(sink_named("sink"), 1, [&calls](const auto&) {
        ++calls;
        return said(calls > 3 && calls < 9 ? verdict::unavailable : verdict::delivered);
    });
    bench.start();
    bench.append(10);
    CHECK(got->reaches(15));
    bench.stop();
    CHECK(got->sequences() == std::vector<std::uint64_t>{1, 2, 3, 4, 4, 4, 4, 4, 4, 5, 6, 7, 8, 9, 10});
    CHECK(std::ranges::all_of(got->entries(), [](const auto& each) { return each.attempt == 1; }));
    CHECK(bench.state("sink").cursor == 10);
    CHECK(bench.state("sink").waiting == 0);
}

TEST_CASE("delivery: a sink that throws counts as unavailable") {
    delivery_bench bench;
    int calls = 0;
    const auto got = bench.add(sink_named("sink"), 1, [&calls](const auto&) -> outcome {
        if (++calls <= 2) {
            throw std::runtime_error{"a bug"};
        }
        if (calls == 3) {
            throw 42;
        }
        return {};
    });
    bench.start();
    bench.append(2);
    CHECK(got->reaches(5));
    bench.stop();
    CHECK(got->entries() == entries{{1, 1}, {1, 1}, {1, 1}, {1, 1}, {2, 1}});
    CHECK(bench.state("sink").cursor == 2);
}

TEST_CASE("delivery: a sink that hangs does not delay another") {
    delivery_bench bench;
    const auto hanging = bench.add_hanging(sink_named("hanging"));
    const auto healthy = bench.add(sink_named("healthy"));
    bench.start();
    bench.append(1);
    CHECK(hanging->reaches(1));
    bench.append(200);
    CHECK(healthy->reaches(201));
    bench.stop(0ms);
    CHECK(hanging->count_of("cancelled") == 1);
    CHECK(bench.state("hanging").cursor == 0);
    CHECK(bench.state("hanging").waiting == 0);
    CHECK(bench.state("healthy").cursor == 201);
}

TEST_CASE("delivery: with a concurrency of N, N deliveries are in flight at once") {
    delivery_bench bench;
    const auto got = bench.add_hanging(with_concurrency(4));
    bench.start();
    bench.append(6);
    CHECK(got->reaches(4));
    bench.stop(0ms);
    CHECK(got->sequences() == one_to(4));
    CHECK(got->count_of("cancelled") == 4);
}

TEST_CASE("delivery: what does not fit into recent events is read from the journal, completely and in order") {
    delivery_bench bench;
    const auto gate = std::make_shared<door>();
    const auto got = bench.add(sink_named("sink"), 256, [gate](const auto&) {
        gate->pass();
        return outcome{};
    });
    bench.start();
    bench.append(1);
    CHECK(got->reaches(1));
    bench.append(6'000); // the tail holds 4096
    gate->open();
    CHECK(got->reaches(6'001));
    bench.stop();
    CHECK(got->sequences() == one_to(6'001));
    CHECK(bench.state("sink").cursor == 6'001);
}

TEST_CASE("delivery: sinks are told to reopen their files, and run on one thread only") {
    delivery_bench bench;
    const auto got = bench.add(sink_named("sink"));
    bench.start();
    bench.append(1);
    bench.running().reopen();
    CHECK(got->has("reopened"));
    bench.append(1);
    CHECK(got->reaches(2));
    bench.stop();
    bench.running().reopen();
    CHECK(got->count_of("another thread") == 0);
    CHECK(got->count_of("reopened") == 1);
}

TEST_CASE("delivery: without sinks, every call works") {
    delivery_bench bench;
    bench.start();
    bench.append(5);
    bench.running().reopen();
    bench.stop();
    CHECK(bench.stored().last_sequence() == 5);
}

TEST_CASE("delivery: a sink that cannot be built is named, and none is started") {
    delivery_bench bench;
    const std::vector<sink_settings> settings{sink_named("first"), sink_named("second")};
    const auto build = [](const sink_settings& each, boost::asio::io_context&) -> std::unique_ptr<hookd::sinks::sink> {
        if (each.name == "second") {
            throw std::runtime_error{"no more descriptors"};
        }
        return std::make_unique<answering_sink>(std::make_shared<record>(), 1, answering_sink::answer{});
    };
    const auto started = start(settings, build, bench.stored(), bench.stored(), &hookd::system_now);
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().message == "sink second: no more descriptors");
}

TEST_CASE("delivery: sinks with different filters each get all of theirs in order, in memory and from the journal") {
    delivery_bench bench;
    auto failures = sink_named("failures");
    failures.filters.events = {"upsert.fail"};
    auto none = sink_named("none");
    none.filters.events = {"nothing"};
    const auto gate = std::make_shared<door>();
    const auto got_failures = bench.add(failures, 16);
    const auto got_late = bench.add(
        [&] {
            auto late = failures;
            late.name = "late";
            return late;
        }(),
        16,
        [gate](const auto&) {
            gate->pass();
            return outcome{};
        });
    const auto got_all = bench.add(sink_named("all"), 16);
    const auto got_none = bench.add(none, 16);
    bench.start();
    std::vector<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 60; ++i) { // one sink hangs meanwhile, so that recent events overflow
        bench.append(99, "upsert.success");
        bench.append(1, "upsert.fail");
        expected.push_back((i + 1) * 100);
    }
    CHECK(got_failures->reaches(60));
    CHECK(got_all->reaches(6'000));
    gate->open();
    CHECK(got_late->reaches(60));
    bench.stop();
    CHECK(got_failures->sequences() == expected);
    CHECK(got_late->sequences() == expected);
    CHECK(got_all->sequences() == one_to(6'000));
    CHECK(got_none->sequences().empty());
    for (const auto* const sink : {"failures", "late", "all", "none"}) {
        INFO(sink);
        CHECK(bench.state(sink).cursor == 6'000);
    }
}

TEST_CASE("delivery: the cursor of a sink passes filtered events while it runs, and soon after they are no lag") {
    delivery_bench bench;
    auto none = sink_named("none");
    none.filters.events = {"nothing"};
    bench.add(none);
    bench.start();
    for (std::uint64_t stored = 100; stored <= 500; stored += 100) {
        bench.append(100);
        const auto deadline = std::chrono::steady_clock::now() + 5s;
        while (bench.state("none").cursor < stored && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(5ms);
        }
        CHECK(bench.state("none").cursor == stored);
        CHECK(bench.running().metrics().front().reached == stored);
    }
    bench.stop();
}
