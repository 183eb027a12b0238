// SPDX-License-Identifier: MIT
#include "sinks/http/http_circuit.hpp"

#include <catch2/catch.hpp>

using hookd::sinks::http_circuit;
using namespace std::chrono_literals;

namespace {

constexpr http_circuit::clock::time_point begin{1h};

http_circuit open_circuit() {
    http_circuit circuit;
    for (std::uint64_t event = 1; event <= 5; ++event) {
        CHECK(circuit.pause(begin) == 0ms);
        circuit.failed(event, 0ms, begin);
    }
    return circuit;
}

} // namespace

TEST_CASE("http circuit: a server that fails with five different events is left alone") {
    const auto circuit = open_circuit();
    CHECK(circuit.pause(begin) == 1s);
    CHECK(circuit.pause(begin + 400ms) == 600ms);
    CHECK(circuit.pause(begin + 1s) == 0ms);
}

TEST_CASE("http circuit: one event's failures alone never open it") {
    http_circuit circuit;
    for (int i = 0; i < 1000; ++i) {
        circuit.failed(7, 1h, begin);
    }
    CHECK(circuit.pause(begin) == 0ms);
}

TEST_CASE("http circuit: each failed try after a pause makes the next one longer, to a bound") {
    auto circuit = open_circuit();
    auto now = begin + 1s;
    for (const auto wanted : {2s, 4s, 8s, 16s, 30s, 30s}) {
        circuit.failed(5, 0ms, now); // the same event as before, once it is open
        CHECK(circuit.pause(now) == wanted);
        now += wanted;
    }
}

TEST_CASE("http circuit: failures of what was under way do not lengthen the pause") {
    auto circuit = open_circuit();
    for (std::uint64_t event = 6; event < 20; ++event) {
        circuit.failed(event, 0ms, begin + 10ms);
    }
    CHECK(circuit.pause(begin) == 1s);
}

TEST_CASE("http circuit: an event that works closes it, and counting starts again") {
    auto circuit = open_circuit();
    circuit.worked();
    CHECK(circuit.pause(begin) == 0ms);
    for (std::uint64_t event = 1; event <= 4; ++event) {
        circuit.failed(event, 0ms, begin);
    }
    CHECK(circuit.pause(begin) == 0ms);
}

TEST_CASE("http circuit: a server that asks for more patience gets it, within the bound") {
    http_circuit circuit;
    for (std::uint64_t event = 1; event <= 5; ++event) {
        circuit.failed(event, 12s, begin);
    }
    CHECK(circuit.pause(begin) == 12s);
    circuit.failed(6, 1h, begin + 12s);
    CHECK(circuit.pause(begin + 12s) == 30s);
}
