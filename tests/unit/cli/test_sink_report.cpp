// SPDX-License-Identifier: MIT
#include "cli/events/event_report.hpp"
#include "cli/sinks/sink_report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <sstream>
#include <string>

using namespace hookd::cli;
using Catch::Matchers::Contains;
using json = nlohmann::ordered_json;

namespace {

const char* const unavailable = R"({"name":"audit","type":"file","paused":true,"available":false,
    "unavailable_since":"2026-11-23T08:00:00.000Z","next_try":"2026-11-23T08:01:00.000Z",
    "unavailable_reason":"a\u001b[2Jb","last_error":{"at":"2026-11-23T08:00:30.000Z","detail":"a\u001b[2Jb"},
    "delivered":12,"retried":3,"rejected":1,"attempts_per_minute":7,"in_flight":1,"waiting":2,"dead_letters":1,
    "lag_events":5,"lag_seconds":90.5})";

} // namespace

TEST_CASE("sink report: a sink that is available has no reason to wait") {
    CHECK(held_up_text(json::parse(R"({"name":"x","paused":false,"available":true})"), true).empty());
    CHECK(held_up_text(json::parse("{}"), true).empty());
    CHECK(held_up_text(json::parse("[]"), true).empty());
}

TEST_CASE("sink report: pause and outage are told together, with their times") {
    CHECK(held_up_text(json::parse(unavailable), true) ==
          "paused, unavailable since 2026-11-23T08:00:00Z, next try 2026-11-23T08:01:00Z: a\x1b[2Jb");
    CHECK(held_up_text(json::parse(R"({"available":false})"), true) == "unavailable");
}

TEST_CASE("sink report: an available sink shows its last error and what it does, an idle one without error nothing") {
    CHECK(sink_details_text(json::parse(R"({"available":true,"in_flight":0,"last_error":null})"), true).empty());
    CHECK(sink_details_text(json::parse(R"({"available":true,"in_flight":2,"attempts_per_minute":1,
        "last_error":{"at":"2026-11-23T08:00:30.000Z","detail":"exit 75"}})"),
                            true) ==
          "2 in flight, 1 attempt in the last minute; last error 2026-11-23T08:00:30Z: exit 75");
}

TEST_CASE("sink report: everything about a sink is shown, escaped and within the terminal") {
    const auto text = sink_story_text(json::parse(unavailable), true, 60);
    CHECK_THAT(text, !Contains("\x1b") && Contains("last error  2026-11-23T08:00:30Z: a") &&
                         Contains("deliveries  1 in flight, 7 attempts in the last minute\n") &&
                         Contains("behind      5 events, 1m30s\n") &&
                         Contains("failed      2 waiting for the next attempt, 1 dead letter\n") &&
                         Contains("since start 12 delivered, 3 retried, 1 rejected\n"));
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        CHECK(line.size() <= 60);
    }
}

TEST_CASE("event report: an event that waits says why its sink does not take it, and one that is delivered does not") {
    const auto story = [](const std::string& state) {
        const auto event = json::parse(R"({"sinks":[{"sink":"audit","state":")" + state + R"("}]})");
        return event_story_text(event, {{"audit", "paused"}, {"other", "unavailable"}}, {.columns = 80});
    };
    CHECK_THAT(story("waiting"), Contains("audit: waiting\n    the sink is paused\n") && !Contains("unavailable"));
    CHECK_THAT(story("retrying"), Contains("audit: retrying\n    the sink is paused\n"));
    CHECK_THAT(story("delivered"), !Contains("paused"));
}
