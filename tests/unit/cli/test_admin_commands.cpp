// SPDX-License-Identifier: MIT
#include "cli/configuration/reload_command.hpp"
#include "cli/status/status_command.hpp"
#include "cli/status/status_report.hpp"
#include "http/unix_server.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

using namespace hookd::cli;
using Catch::Matchers::Contains;
using json = nlohmann::ordered_json;

namespace {

hookd::response with_body(unsigned status, const std::string& body) {
    return {.status = status, .made = std::make_shared<const std::string>(body)};
}

struct said {
    int code = 0;
    std::string out;
    std::string err;
};

said reload_against(unsigned status, const std::string& body) {
    std::string asked;
    const unix_server daemon{[&](const hookd::request& what) {
        asked = std::string{what.method} + ' ' + std::string{what.target};
        return with_body(status, body);
    }};
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_reload("/nowhere", daemon.path(), out, err);
    CHECK(asked == "POST /v1/reload");
    return {code, out.str(), err.str()};
}

} // namespace

TEST_CASE("reload: a verdict is an exit code, and each error a line") {
    const auto applied = reload_against(200, R"({"applied":true,"file":"a.toml"})");
    CHECK(applied.code == 0);
    CHECK(applied.out == "reloaded a.toml\n");
    CHECK(applied.err.empty());

    const auto refused = reload_against(422, R"({"applied":false,"faults":["a.toml:1:2: x","a.toml:3:4: y"]})");
    CHECK(refused.code == 78);
    CHECK(refused.out.empty());
    CHECK(refused.err == "a.toml:1:2: x\na.toml:3:4: y\n");
}

TEST_CASE("reload: anything that is not a verdict is not taken for one") {
    for (const auto* const body : {"", "{", "[]", "7", "{}", R"({"errors":7)"}) {
        CHECK(reload_against(422, body).code == 69);
    }
    CHECK(reload_against(404, "not found\n").code == 69);
}

TEST_CASE("status: ready is 0, not ready is 1, and anything that is not a status is unreachable") {
    const auto ask = [](unsigned status, const std::string& body) {
        const unix_server daemon{[&](const hookd::request&) { return with_body(status, body); }};
        std::ostringstream out;
        std::ostringstream err;
        return run_status("/nowhere", {.socket = daemon.path(), .json = true}, out, err);
    };
    CHECK(ask(200, R"({"ready":true})") == 0);
    CHECK(ask(200, R"({"ready":false,"reasons":["stopping"]})") == 1);
    CHECK(ask(200, R"({"ready":1})") == 69);
    CHECK(ask(200, "[]") == 69);
    CHECK(ask(503, R"({"ready":true})") == 69);
}

TEST_CASE("status: reasons come first, and members that a daemon does not have are left out") {
    const auto text = status_text(json::parse(R"({"version":"9","ready":false,"reasons":["stopping","x"]})"));
    CHECK_THAT(text, Catch::Matchers::StartsWith("colivara-hookd 9: NOT READY, up 0s, pid 0\n  stopping\n  x\n"));
}

TEST_CASE("status: the whole fits 80 columns, with large numbers too") {
    const auto text = status_text(json::parse(R"({"version":"0.1.0","ready":true,"uptime_seconds":273600,"pid":4194304,
        "endpoints":[{"name":"colivara","accepted":1234567890,"duplicate":1234567890,
                      "last_authentic":"2026-11-23T08:59:58.000Z"}],
        "sinks":[{"name":"tell-the-team","type":"stdout","available":false,"delivered":1234567890,"waiting":1234567,
                  "dead_letters":1234567,"lag_events":1234567,"lag_seconds":93784.5}],
        "listeners":[{"address":"0.0.0.0:8443","tls":true,"certificate_expires":"2027-01-31T12:00:00.000Z"}],
        "journal":{"last_sequence":7,"size_bytes":1300000,"max_size_bytes":4294967296},
        "requests":{"204":7,"401":3},"refusals":{},"last_reload":{"applied":false,"at":"2026-11-23T08:00:00.000Z"}})"));
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        CHECK(line.size() <= 80);
    }
    CHECK_THAT(text, Contains("up 3d4h, pid 4194304") && Contains("1d2h  unavailable") &&
                         Contains("1.2 MiB of 4.0 GiB, last event 7") && Contains("responses 204: 7, 401: 3\n") &&
                         Contains("HTTPS, certificate until 2027-01-31") && Contains("reload    FAILED at 2026"));
    CHECK_THAT(text, !Contains("rejected  "));
}
