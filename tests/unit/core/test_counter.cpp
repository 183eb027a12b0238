// SPDX-License-Identifier: MIT
#include <hookd/core/counter.hpp>

#include <catch2/catch.hpp>

#include <thread>

using namespace hookd;

TEST_CASE("counter: what more threads than it has lines add is all there") {
    counter counted;
    std::vector<std::thread> threads;
    for (int i = 0; i < 20; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n) {
                counted.add();
            }
            counted.add(5);
        });
    }
    for (auto& each : threads) {
        each.join();
    }
    CHECK(counted.value() == 20 * 10'005);
}

TEST_CASE("histogram: a value counts at every bound that it does not pass, and always in all") {
    static constexpr std::array<std::uint64_t, 3> bounds{1, 10, 100};
    histogram counted{bounds};
    for (const std::uint64_t value : {0U, 1U, 2U, 10U, 11U, 1'000U}) {
        counted.observe(value);
    }
    const auto read = counted.read();
    CHECK(read.cumulative == std::vector<std::uint64_t>{2, 4, 5, 6});
    CHECK(read.sum == 1'024);
}
