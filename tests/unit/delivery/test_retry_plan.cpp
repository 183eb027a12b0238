// SPDX-License-Identifier: MIT
#include "delivery/retry_plan.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace std::chrono_literals;
using hookd::retry_settings;
using hookd::delivery::longest_retry_after;
using hookd::delivery::longest_retry_delay;
using hookd::delivery::retry_delay;
using std::chrono::milliseconds;

namespace {

constexpr double middle = 0.5; // a jitter of exactly 1

} // namespace

TEST_CASE("retry plan: the delay doubles with each attempt up to its maximum") {
    const retry_settings plan{.attempts = 16, .first = 1s, .max = 1h};
    struct row {
        unsigned attempt;
        milliseconds delay;
    };
    for (const auto& [attempt, delay] : {row{1, 1s}, row{2, 2s}, row{3, 4s}, row{4, 8s}, row{10, 512s}, row{12, 2048s},
                                         row{13, 1h}, row{14, 1h}, row{1000, 1h}, row{~0U, 1h}}) {
        CAPTURE(attempt);
        CHECK(retry_delay(plan, attempt, 0ms, middle) == delay);
    }
}

TEST_CASE("retry plan: a maximum that is not a power of two times the first delay is still reached") {
    const retry_settings plan{.attempts = 16, .first = 3s, .max = 10s};
    CHECK(retry_delay(plan, 2, 0ms, middle) == 6s);
    CHECK(retry_delay(plan, 3, 0ms, middle) == 10s);
}

TEST_CASE("retry plan: what failed together is spread over 0.8 to 1.2 of the delay") {
    const retry_settings plan{.attempts = 16, .first = 1s, .max = 1h};
    CHECK(retry_delay(plan, 3, 0ms, 0.0) == 3200ms);
    CHECK(retry_delay(plan, 3, 0ms, 0.25) == 3600ms);
    CHECK(retry_delay(plan, 3, 0ms, 0.999999999) == 4800ms);
    CHECK(retry_delay(plan, 13, 0ms, 0.999999999) == 72min);
}

TEST_CASE("retry plan: a sink's request for a longer delay is respected, up to an hour") {
    const retry_settings plan{.attempts = 16, .first = 1s, .max = 10s};
    CHECK(retry_delay(plan, 1, 30s, middle) == 30s);
    CHECK(retry_delay(plan, 1, 100ms, middle) == 1s);
    CHECK(retry_delay(plan, 1, 10000h, middle) == longest_retry_after);
    CHECK(retry_delay(plan, 1, milliseconds::max(), middle) == longest_retry_after);
    CHECK(retry_delay(plan, 1, milliseconds{-5}, middle) == 1s);
}

TEST_CASE("retry plan: no setting makes it overflow, or run for long") {
    const auto huge = milliseconds::max();
    const retry_settings widest{.attempts = ~0U, .first = huge, .max = huge};
    CHECK(retry_delay(widest, 1, 0ms, 0.999) > 24h);
    CHECK(retry_delay(widest, ~0U, huge, 0.999) < std::chrono::years{13});
    const retry_settings doubling{.attempts = ~0U, .first = 1ms, .max = huge};
    CHECK(retry_delay(doubling, ~0U, 0ms, middle) == std::chrono::milliseconds{std::chrono::years{10}});
    const retry_settings none{.attempts = 3, .first = 0ms, .max = 1h};
    CHECK(retry_delay(none, ~0U, 0ms, middle) == 0ms);
    const retry_settings turned{.attempts = 3, .first = 1h, .max = 1s};
    CHECK(retry_delay(turned, 1, 0ms, middle) == 1s);
}

TEST_CASE("retry plan: no delay exceeds the longest that it reports") {
    const retry_settings plan{.attempts = 16, .first = 90min, .max = 5h};
    for (unsigned attempt = 1; attempt < 6; ++attempt) {
        for (const auto after : {0ms, milliseconds{2h}}) {
            CHECK(retry_delay(plan, attempt, after, 0.999999) <= longest_retry_delay(plan, attempt));
        }
    }
}
