// SPDX-License-Identifier: MIT
#include "http/server/connection_limits.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace hookd;
using http::connection_limits;
using refusal = connection_limits::refusal;

namespace {

std::optional<ip_address> address(const char* text) {
    return ip_address::parse(text);
}

} // namespace

TEST_CASE("connection limits: a place is free again when its connection has ended") {
    connection_limits limits{2, 2};
    refusal why{};
    auto first = limits.admit(address("192.0.2.1"), why);
    {
        const auto second = limits.admit(address("192.0.2.2"), why);
        CHECK(second);
        CHECK_FALSE(limits.admit(address("192.0.2.3"), why));
        CHECK(why == refusal::too_many);
    }
    CHECK(limits.admit(address("192.0.2.3"), why));
}

TEST_CASE("connection limits: one address, or one IPv6 /64, has its own limit") {
    connection_limits limits{100, 2};
    refusal why{};
    std::vector<connection_limits::permit> held;
    for (const auto* text : {"192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "2001:db8::2"}) {
        auto permit = limits.admit(address(text), why);
        REQUIRE(permit);
        held.push_back(std::move(*permit));
    }
    CHECK_FALSE(limits.admit(address("192.0.2.1"), why));
    CHECK(why == refusal::too_many_from_address);
    CHECK_FALSE(limits.admit(address("2001:db8::ffff"), why));
    CHECK(limits.admit(address("2001:db8:0:1::1"), why));
    CHECK(limits.admit(std::nullopt, why));
}

TEST_CASE("connection limits: a connection counts for an address from when that is known, and not beyond its end") {
    connection_limits limits{100, 2};
    refusal why{};
    {
        auto first = limits.admit(std::nullopt, why);
        auto second = limits.admit(std::nullopt, why);
        auto third = limits.admit(std::nullopt, why);
        CHECK(first->count_for(*address("192.0.2.1")));
        CHECK(second->count_for(*address("192.0.2.1")));
        CHECK_FALSE(third->count_for(*address("192.0.2.1")));
        CHECK_FALSE(limits.admit(address("192.0.2.1"), why));
        CHECK(limits.admit(address("192.0.2.2"), why));
    }
    const auto again = limits.admit(address("192.0.2.1"), why);
    CHECK(again);
    CHECK(limits.admit(address("192.0.2.1"), why));
}

TEST_CASE("connection limits: a place that is passed on is never free in between, and counts for its new address") {
    connection_limits limits{2, 1};
    refusal why{};
    auto place = limits.admit(address("192.0.2.1"), why);
    {
        const auto other = limits.admit(address("192.0.2.2"), why);
        CHECK_FALSE(place->pass_to(address("192.0.2.2")));
        CHECK(place->pass_to(address("192.0.2.3")));
        CHECK_FALSE(limits.admit(address("192.0.2.1"), why));
        CHECK(why == refusal::too_many);
    }
    CHECK(limits.admit(address("192.0.2.1"), why));
    CHECK_FALSE(limits.admit(address("192.0.2.3"), why));
    CHECK(why == refusal::too_many_from_address);
    place.reset();
    CHECK(limits.admit(address("192.0.2.3"), why));
}

TEST_CASE("connection limits: an address at its limit is rejected for that, even if all places are taken") {
    connection_limits limits{1, 1};
    refusal why{};
    const auto only = limits.admit(address("192.0.2.1"), why);
    CHECK_FALSE(limits.admit(address("192.0.2.1"), why));
    CHECK(why == refusal::too_many_from_address);
    CHECK_FALSE(limits.admit(address("192.0.2.2"), why));
    CHECK(why == refusal::too_many);
}
