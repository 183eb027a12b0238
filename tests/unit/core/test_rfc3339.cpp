// SPDX-License-Identifier: MIT
#include <hookd/core/rfc3339.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace hookd;
using namespace std::chrono_literals;

TEST_CASE("time: RFC 3339 is read as it is written, whatever the offset") {
    const auto when = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 22h + 48min + 1s + 123ms;
    for (const std::string text : {"2026-11-22T22:48:01.123Z", "2026-11-22t22:48:01.1239z",
                                   "2026-11-23T00:48:01.123+02:00", "2026-11-22 17:18:01.123-05:30"}) {
        INFO(text);
        CHECK(parse_rfc3339(text) == when);
    }
    CHECK(parse_rfc3339("1969-12-31T23:59:59Z") == unix_millis{-1s});
    CHECK(parse_rfc3339("2026-12-31T23:59:60Z") == parse_rfc3339("2027-01-01T00:00:00Z"));
    CHECK(to_rfc3339(*parse_rfc3339("2024-02-29T00:00:00Z")) == "2024-02-29T00:00:00.000Z");
}

TEST_CASE("time: any instant at all is written with a year of four digits") {
    CHECK(to_rfc3339(unix_millis::max()) == "9999-12-31T23:59:59.999Z");
    CHECK(to_rfc3339(unix_millis::min()) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("time: what is not RFC 3339, or out of range, is refused") {
    for (const std::string text :
         {"", "2026", "2026-11-22", "2026-11-22T22:48:01", "2026-11-22T22:48Z", "2026-02-29T00:00:00Z",
          "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T22:60:00Z", "2026-11-22T22:48:61Z",
          "2026-11-22T22:48:01.Z", "2026-11-22T22:48:01+0200", "2026-11-22T22:48:01Z ", "+026-11-22T22:48:01Z",
          "2026-11-22T22:48:01+24:00"}) {
        INFO(text);
        CHECK_FALSE(parse_rfc3339(text));
    }
}
