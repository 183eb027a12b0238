// SPDX-License-Identifier: MIT
#include "delivery/last_minute.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using hookd::delivery::last_minute;
using hookd::delivery::steady_time;

TEST_CASE("last minute: what happened within 60 s counts, and nothing older, however long the pause") {
    last_minute counted;
    const steady_time begin{5h};
    CHECK(counted.count(begin) == 0);
    counted.add(2, begin);
    counted.add(3, begin + 500ms);
    counted.add(7, begin + 30s);
    CHECK(counted.count(begin + 30s) == 12);
    CHECK(counted.count(begin + 59s) == 12);
    CHECK(counted.count(begin + 60s) == 7);
    counted.add(1, begin + 60s); // takes the place of the first second
    CHECK(counted.count(begin + 60s) == 8);
    CHECK(counted.count(begin + 3h) == 0);
}
