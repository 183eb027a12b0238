// SPDX-License-Identifier: MIT
#include "http/running_server.hpp"
#include "http/scripted_server.hpp"

#include <hookd/loadgen/load.hpp>

#include <catch2/catch.hpp>

#include <csignal>
#include <set>
#include <thread>

using namespace hookd;
using namespace hookd::loadgen;
using namespace std::chrono_literals;

namespace {

load_message to(const std::string& text) {
    const auto where = http::parse_url(text).value();
    load_message message{.where = http::find_destination(where, {}).value(),
                         .target = where.target,
                         .keys = {},
                         .body = send_body::ready_made("upsert.fail", {}).value()};
    message.keys.push_back(signature::signer::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value());
    return message;
}

const response accepted{204};

} // namespace

TEST_CASE("send load: every number is sent once, however many connections share the work") {
    std::multiset<std::string> bodies; // only the server's one thread touches it until the server has ended
    std::set<std::string> ids;
    {
        running_server server{[&](const request& got) {
            bodies.emplace(got.body);
            return accepted;
        }};
        send_load load{{.count = 500, .connections = 8}, to(server.url())};
        REQUIRE(load.connect());
        load.run([&](const sent_event& event) { ids.insert(event.id); }, {});
    }
    CHECK(ids.size() == 500);
    REQUIRE(bodies.size() == 500);
    auto expected = send_body::ready_made("upsert.fail", {}).value();
    for (std::uint64_t number = 1; number <= 500; ++number) {
        REQUIRE(bodies.count(std::string{expected.of(number)}) == 1);
    }
}

TEST_CASE("send load: with a rate, no event is sent before it is due, and the last is not late by much") {
    running_server server{[](const request&) { return accepted; }};
    send_load load{{.count = 51, .rate = 500, .connections = 4}, to(server.url())};
    REQUIRE(load.connect());
    std::size_t sent = 0;
    const auto begun = std::chrono::steady_clock::now();
    const auto outcome = load.run(
        [&](const sent_event&) {
            const auto due = std::chrono::milliseconds{2 * sent++};
            CHECK(std::chrono::steady_clock::now() - begun >= due);
        },
        {});
    CHECK(sent == 51);
    CHECK(outcome.took >= 100ms);
}

TEST_CASE("send load: with a rate, waiting for a slow response counts as latency") {
    constexpr auto pause = 50ms;
    scripted_server server{[&](scripted_peer& peer, int) {
        for (bool first = true; !peer.read_request().empty(); first = false) {
            if (first) {
                std::this_thread::sleep_for(pause); // is the slowness
            }
            peer.send("HTTP/1.1 204 No Content\r\n\r\n");
        }
    }};
    send_load load{{.count = 5, .rate = 1'000, .connections = 1}, to(server.url())};
    REQUIRE(load.connect());
    std::vector<std::chrono::microseconds> latencies;
    const auto outcome = load.run([&](const sent_event& event) { latencies.push_back(event.latency); }, {});
    REQUIRE(latencies.size() == 5);
    CHECK(latencies.back() >= pause - 5ms);
    CHECK(outcome.behind >= pause - 5ms);
}

TEST_CASE("send load: an interrupt stops sending and keeps the results") {
    running_server server{[](const request&) { return accepted; }};
    send_load load{{.count = 1'000, .rate = 10, .connections = 2}, to(server.url())};
    REQUIRE(load.connect());
    std::size_t sent = 0;
    const auto outcome = load.run(
        [&](const sent_event&) {
            if (++sent == 3) {
                std::raise(SIGINT);
            }
        },
        {});
    CHECK(outcome.interrupted);
    CHECK(sent >= 3);
    CHECK(sent <= 5);
}

TEST_CASE("send load: when the receiver goes away half way, the rest fail and the load ends") {
    scripted_server server{[](scripted_peer& peer, int connection) {
        if (connection == 0) {
            peer.read_request();
            peer.send("HTTP/1.1 204 No Content\r\n\r\n");
        }
    }};
    send_load load{{.count = 10, .connections = 1}, to(server.url())};
    REQUIRE(load.connect());
    send_tally tally;
    load.run([&](const sent_event& event) { tally.add(event); }, {});
    CHECK(tally.total() == 10);
    CHECK(tally.good() == 1);
    CHECK(tally.errors().at(http::client_errc::closed).count == 9);
}
