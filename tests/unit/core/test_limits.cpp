#include <hookd/core/rate_limiter.hpp>

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

TEST_CASE("rate limiter: what it held back is told with the next that it lets through") {
    hookd::rate_limiter limiter{2, 1s};
    const auto start = hookd::rate_limiter::clock::now();
    CHECK(limiter.admit(start) == 0U);
    CHECK(limiter.admit(start) == 0U);
    CHECK_FALSE(limiter.admit(start));
    CHECK_FALSE(limiter.admit(start + 999ms));
    CHECK(limiter.admit(start + 1s) == 2U);
    CHECK(limiter.admit(start + 1s) == 0U);
}
