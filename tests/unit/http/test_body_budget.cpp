// SPDX-License-Identifier: MIT
#include "http/server/body_budget.hpp"

#include <catch2/catch.hpp>

#include <list>

using namespace hookd;
using namespace std::chrono_literals;
using http::body_budget;
using outcome = body_budget::outcome;
using share = body_budget::share;

namespace {

constexpr body_budget::clock::time_point start{1h};

std::optional<client_network> client(const char* text) {
    return network_of(*ip_address::parse(text));
}

const auto alice = client("192.0.2.1");
const auto bob = client("2001:db8::1");

} // namespace

// Of 400 bytes 300 can be granted, and a share must leave four times its size.

TEST_CASE("body budget: three quarters can be had, and what does not fit changes nothing") {
    body_budget budget{400};
    share first{budget};
    share second{budget};
    CHECK(first.resize(61, alice, start) == outcome::used_up);
    CHECK(first.resize(60, alice, start) == outcome::granted);
    CHECK(second.resize(49, alice, start) == outcome::used_up);
    CHECK(second.bytes() == 0);
    CHECK(second.resize(48, alice, start) == outcome::granted);
    CHECK(second.resize(49, alice, start) == outcome::used_up);
    CHECK(first.resize(40, alice, start) == outcome::granted);
    CHECK(second.resize(52, alice, start) == outcome::granted);
}

TEST_CASE("body budget: bodies that take all they can leave memory to smaller ones") {
    body_budget budget{400};
    std::list<share> large;
    while (large.emplace_back(budget).resize(20, alice, start) == outcome::granted) {
    }
    share small{budget};
    CHECK(small.resize(10, alice, start) == outcome::granted);
}

TEST_CASE("body budget: what a connection had is free at its end") {
    body_budget budget{400};
    {
        share gone{budget};
        CHECK(gone.resize(60, alice, start) == outcome::granted);
    }
    share next{budget};
    CHECK(next.resize(60, bob, start) == outcome::granted);
}

TEST_CASE("body budget: of a client that has more than another, the longest idle body is dropped for that") {
    body_budget budget{400};
    std::list<share> held;
    for (const std::size_t bytes : {60U, 48U, 38U}) {
        CHECK(held.emplace_back(budget).resize(bytes, alice, start) == outcome::granted);
    }
    held.front().refresh(start + 1ms);
    share other{budget};
    CHECK(other.resize(40, client("2001:db8::ffff"), start + 2ms) == outcome::granted);
    CHECK_FALSE(held.front().gave_way());
    CHECK((++held.begin())->gave_way());
    CHECK((++held.begin())->resize(50, alice, start + 3ms) == outcome::gave_way);

    share more{budget};
    CHECK((++held.begin())->resize(0, alice, start + 3ms) == outcome::granted);
    CHECK(more.resize(58, bob, start + 3ms) == outcome::used_up); // both networks would then have as much as now
}

TEST_CASE("body budget: a client that has returned memory is not the one that has the most any more") {
    body_budget budget{400};
    share first{budget};
    share second{budget};
    share third{budget};
    CHECK(first.resize(60, alice, start) == outcome::granted);
    CHECK(first.resize(10, alice, start) == outcome::granted);
    CHECK(second.resize(50, bob, start) == outcome::granted);
    CHECK(third.resize(49, client("2001:db8:1::1"), start) == outcome::granted);
    CHECK_FALSE(first.gave_way());
    CHECK(second.gave_way());
}

TEST_CASE("body budget: a client with no more than the other loses a body only if it has stalled") {
    body_budget budget{400};
    share first{budget};
    share second{budget};
    CHECK(first.resize(60, std::nullopt, start) == outcome::granted);
    CHECK(second.resize(48, bob, start) == outcome::granted);
    share other{budget};
    CHECK(other.resize(48, alice, start + 999ms) == outcome::used_up);
    first.refresh(start + 500ms);
    CHECK(other.resize(48, alice, start + 1s) == outcome::granted);
    CHECK(second.gave_way());
    CHECK_FALSE(first.gave_way());
}

TEST_CASE("body budget: a paused body is dropped for another of its client, known or not") {
    for (const auto& whose : {alice, std::optional<client_network>{}}) {
        body_budget budget{400};
        share pausing{budget};
        share active{budget};
        CHECK(pausing.resize(40, whose, start) == outcome::granted);
        CHECK(active.resize(40, whose, start) == outcome::granted);
        active.refresh(start + 20ms);
        share other{budget};
        CHECK(other.resize(50, whose, start + 99ms) == outcome::used_up);
        CHECK(other.resize(50, whose, start + 100ms) == outcome::granted);
        CHECK(pausing.gave_way());
        CHECK_FALSE(active.gave_way());
    }
}

TEST_CASE("body budget: with those that gave way and are not freed yet it is never more than the whole") {
    body_budget budget{400};
    std::list<share> held;
    for (int i = 0; i < 6; ++i) {
        const auto got = held.emplace_back(budget).resize(60, alice, start + i * 2s);
        CHECK(got == outcome::granted);
    }
    CHECK(held.front().gave_way());
    share next{budget};
    CHECK(next.resize(60, bob, start + 12s) == outcome::used_up);
    CHECK(held.front().resize(0, alice, start + 12s) == outcome::granted);
    CHECK_FALSE(held.front().gave_way());
    CHECK(next.resize(60, bob, start + 12s) == outcome::granted);
}
