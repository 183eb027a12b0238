// SPDX-License-Identifier: MIT
#include "captured_log.hpp"

#include <hookd/core/limited_log.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace std::chrono_literals;
using hookd::limited_log;
using hookd::log_kind;
using hookd_test::captured_log;

namespace {

constexpr limited_log::clock::time_point start{1h};
constexpr log_kind refusals{.name = "refused requests", .subject = "listener", .lines = 2};
constexpr log_kind handshakes{
    .name = "failed handshakes", .subject = "listener", .level = spdlog::level::info, .lines = 2};
constexpr log_kind hourly{.name = "rare things", .subject = "sink", .lines = 1, .period = 1h};

/// How many of `times` lines are let through.
int admitted(limited_log& log, const hookd::log_topic& topic, int times, limited_log::clock::time_point now = start) {
    int count = 0;
    for (int i = 0; i < times; ++i) {
        count += log.admit(topic, now) ? 1 : 0;
    }
    return count;
}

} // namespace

TEST_CASE("limited log: each kind, subject and reason has a quota of its own, and a new one each period") {
    const captured_log captured;
    limited_log log;
    CHECK(admitted(log, {refusals, "a"}, 100) == 2);
    CHECK(admitted(log, {refusals, "b"}, 100) == 2);
    CHECK(admitted(log, {refusals, "a", "no Host"}, 100) == 2);
    CHECK(admitted(log, {handshakes, "a"}, 100) == 2);
    CHECK(admitted(log, {refusals, "a"}, 1, start + 4999ms) == 0);
    CHECK(admitted(log, {refusals, "a"}, 100, start + 5s) == 2);
}

TEST_CASE("limited log: what was left out is reported within seconds, without another line of its kind") {
    captured_log captured;
    limited_log log;
    admitted(log, {refusals, "[::]:80", "no Host"}, 102);
    admitted(log, {hourly}, 3);
    log.report(start + 4999ms);
    CHECK(captured.take().empty());
    log.report(start + 5s);
    CHECK(captured.take() == "warning suppressed 100 more lines about refused requests: no Host; listener=[::]:80\n"
                             "warning suppressed 2 more lines about rare things\n");
    log.report(start + 1min);
    CHECK(captured.take().empty());
}

TEST_CASE("limited log: a kind with a long period is not reported more often than it may be logged") {
    captured_log captured;
    limited_log log;
    for (int second = 0; second < 3600; ++second) {
        admitted(log, {hourly, "audit"}, 1, start + std::chrono::seconds{second});
        log.report(start + std::chrono::seconds{second});
    }
    CHECK(captured.take() == "warning suppressed 6 more lines about rare things; sink=audit\n");
}

TEST_CASE("limited log: at the end everything is reported that was left out") {
    captured_log captured;
    limited_log log;
    admitted(log, {refusals, "a"}, 3, limited_log::clock::now());
    log.report_all();
    CHECK(captured.take() == "warning suppressed 1 more lines about refused requests; listener=a\n");
}

TEST_CASE("limited log: lines that the level does not print take no quota and are not counted") {
    captured_log captured;
    limited_log log;
    spdlog::default_logger()->set_level(spdlog::level::warn);
    CHECK(admitted(log, {handshakes, "a"}, 100) == 0);
    spdlog::default_logger()->set_level(spdlog::level::info);
    CHECK(admitted(log, {handshakes, "a"}, 2) == 2);
    log.report_all();
    CHECK(captured.take().empty());
}

TEST_CASE("limited log: past its most quotas the lines of a kind share one") {
    const captured_log captured;
    limited_log log;
    for (int i = 0; i < 1024; ++i) {
        CHECK(admitted(log, {refusals, std::to_string(i)}, 1) == 1);
    }
    CHECK(admitted(log, {refusals, "further"}, 1) + admitted(log, {refusals, "and further"}, 2) == 2);
    log.report(start + 10s); // those of a past period are removed
    CHECK(admitted(log, {refusals, "one more"}, 2, start + 10s) == 2);
}
