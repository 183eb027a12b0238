// SPDX-License-Identifier: MIT
#include "delivery/recent_events.hpp"

#include <catch2/catch.hpp>

#include <vector>

using hookd::event;
using hookd::event_ptr;
using hookd::delivery::recent_events;

namespace {

constexpr std::size_t unbounded = 1'000'000;

std::vector<event_ptr> events(std::uint64_t first, std::uint64_t last, std::size_t body = 0) {
    std::vector<event_ptr> made;
    for (auto sequence = first; sequence <= last; ++sequence) {
        event what;
        what.sequence = sequence;
        what.body.assign(body, 'x');
        made.push_back(std::make_shared<const event>(std::move(what)));
    }
    return made;
}

using numbers = std::vector<std::uint64_t>;

void push(recent_events& recent, const std::vector<event_ptr>& all) {
    recent.push(all, std::vector<bool>(all.size(), true));
}

std::optional<numbers> after(const recent_events& recent, std::uint64_t position, std::size_t most = unbounded,
                             std::size_t bytes = unbounded) {
    const auto found = recent.after(position, most, bytes);
    if (!found) {
        return std::nullopt;
    }
    numbers sequences;
    for (const auto& each : found->events) {
        sequences.push_back(each->sequence);
    }
    return sequences;
}

} // namespace

TEST_CASE("recent events: it returns what it has seen, and nothing before that") {
    recent_events recent{10, {}};
    CHECK(recent.newest() == 10);
    CHECK(after(recent, 9) == std::nullopt);
    CHECK(after(recent, 10) == numbers{});
    push(recent, events(11, 13));
    CHECK(recent.newest() == 13);
    CHECK(after(recent, 9) == std::nullopt);
    CHECK(after(recent, 10) == numbers{11, 12, 13});
    CHECK(after(recent, 12) == numbers{13});
    CHECK(after(recent, 13) == numbers{});
    CHECK(after(recent, 14) == numbers{});
}

TEST_CASE("recent events: past its number of events the oldest are dropped, and it reports that") {
    recent_events recent{0, {.events = 3, .bytes = unbounded}};
    push(recent, events(1, 5));
    CHECK(after(recent, 1) == std::nullopt);
    CHECK(after(recent, 2) == numbers{3, 4, 5});
}

TEST_CASE("recent events: past its bytes the oldest are dropped, even if a single event is too large") {
    recent_events recent{0, {.events = 100, .bytes = 10'000}};
    push(recent, events(1, 4, 4'000));
    CHECK(after(recent, 1) == std::nullopt);
    CHECK(after(recent, 2) == numbers{3, 4});
    push(recent, events(5, 5, 20'000));
    CHECK(after(recent, 4) == std::nullopt);
    CHECK(after(recent, 5) == numbers{});
    push(recent, events(6, 6));
    CHECK(after(recent, 5) == numbers{6});
}

TEST_CASE("recent events: after a gap in the numbers, it begins again") {
    recent_events recent{0, {}};
    push(recent, events(1, 3));
    push(recent, events(5, 6));
    CHECK(after(recent, 2) == std::nullopt);
    CHECK(after(recent, 3) == std::nullopt);
    CHECK(after(recent, 4) == numbers{5, 6});
    CHECK(recent.newest() == 6);
}

TEST_CASE("recent events: what it is told to skip must be read from the journal") {
    recent_events recent{0, {}};
    push(recent, events(1, 3));
    recent.skip_to(7);
    CHECK(recent.newest() == 7);
    CHECK(after(recent, 2) == std::nullopt);
    CHECK(after(recent, 7) == numbers{});
    push(recent, events(8, 9));
    CHECK(after(recent, 7) == numbers{8, 9});
}

TEST_CASE("recent events: it returns as much at a time as requested, and at least one event") {
    recent_events recent{0, {}};
    push(recent, events(1, 9, 1'000));
    CHECK(after(recent, 0, 2) == numbers{1, 2});
    CHECK(after(recent, 0, unbounded, 1) == numbers{1});
    CHECK(after(recent, 3, unbounded, 2'000) == numbers{4, 5});
}

TEST_CASE("recent events: what no sink wants is not kept, and passed by who reads the rest") {
    recent_events recent{0, {}};
    recent.push(events(1, 5), {false, true, false, true, false});
    CHECK(recent.newest() == 5);
    CHECK(after(recent, 0) == numbers{2, 4});
    CHECK(after(recent, 3) == numbers{4});
    CHECK(recent.after(0, 1, unbounded)->up_to == 2);
    CHECK(recent.after(0, unbounded, unbounded)->up_to == 5);
    CHECK(recent.after(4, unbounded, unbounded)->up_to == 5);
    push(recent, events(6, 6));
    CHECK(after(recent, 0) == numbers{2, 4, 6});
}

TEST_CASE("recent events: what every sink worker has read is dropped, and the rest is not") {
    recent_events recent{0, {}};
    push(recent, events(1, 5));
    recent.drop(3);
    CHECK(after(recent, 2) == std::nullopt);
    CHECK(after(recent, 3) == numbers{4, 5});
    recent.drop(UINT64_MAX);
    CHECK(after(recent, 5) == numbers{});
    push(recent, events(6, 7));
    CHECK(after(recent, 5) == numbers{6, 7});
}
