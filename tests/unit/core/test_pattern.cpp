// SPDX-License-Identifier: MIT
#include <hookd/core/pattern.hpp>

#include <catch2/catch.hpp>

using hookd::matches;

TEST_CASE("pattern: a star matches any number of characters") {
    CHECK(matches("*", ""));
    CHECK(matches("*", "upsert.fail"));
    CHECK(matches("upsert.*", "upsert.fail"));
    CHECK(matches("*.fail", "upsert.fail"));
    CHECK(matches("u*t*l", "upsert.fail"));
    CHECK(matches("**", "x"));
    CHECK(matches("a*ab", "aaab"));
    CHECK(matches("", ""));
    CHECK_FALSE(matches("", "x"));
    CHECK_FALSE(matches("upsert.*", "upsert"));
    CHECK_FALSE(matches("upsert.fail", "upsert.failed"));
    CHECK_FALSE(matches("upsert?fail", "upsert.fail"));
}

TEST_CASE("pattern: a hostile text takes no more than |pattern| x |text| steps") {
    CHECK_FALSE(matches(std::string(50, '*') + "b", std::string(20'000, 'a')));
}
