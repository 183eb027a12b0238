// SPDX-License-Identifier: MIT
#include "cli/send/send_report.hpp"

#include <catch2/catch.hpp>

using namespace hookd;
using namespace hookd::cli;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

loadgen::sent_event answered(unsigned status, std::chrono::microseconds latency, bool resent = false) {
    return {.id = "msg_1", .response = http::client_response{.status = status, .resent = resent}, .latency = latency};
}

loadgen::sent_event failed(http::client_errc kind, std::string detail) {
    return {.id = "msg_1", .response = std::unexpected{http::client_error{kind, std::move(detail)}}, .latency = 1ms};
}

} // namespace

TEST_CASE("send tally: percentiles are values that really occurred") {
    loadgen::send_tally tally;
    CHECK(tally.latencies().max == 0us);
    for (int i = 100; i > 0; --i) {
        tally.add(answered(204, std::chrono::microseconds{i * 10}));
    }
    const auto found = tally.latencies();
    CHECK(found.min == 10us);
    CHECK(found.p50 == 500us);
    CHECK(found.p90 == 900us);
    CHECK(found.p99 == 990us);
    CHECK(found.max == 1000us);
}

TEST_CASE("send tally: one value is every percentile, and an hour does not overflow") {
    loadgen::send_tally tally;
    tally.add(answered(204, 3h));
    const auto found = tally.latencies();
    CHECK(found.p50 == found.max);
    CHECK(found.p99 > 1h);
}

TEST_CASE("send tally: only 2xx is good, and failures have no latency") {
    loadgen::send_tally tally;
    for (const unsigned status : {200U, 204U, 299U, 301U, 401U, 503U}) {
        tally.add(answered(status, 1ms, status == 204));
    }
    tally.add(failed(http::client_errc::closed, "first"));
    tally.add(failed(http::client_errc::closed, "second"));
    CHECK(tally.total() == 8);
    CHECK(tally.good() == 3);
    CHECK(tally.answered() == 6);
    CHECK(tally.resent() == 1);
    CHECK(tally.errors().at(http::client_errc::closed).count == 2);
    CHECK(tally.errors().at(http::client_errc::closed).first == "first");
}

TEST_CASE("send report: latencies are given in a suitable unit") {
    CHECK(latency_text(7us) == "0.01 ms");
    CHECK(latency_text(310us) == "0.31 ms");
    CHECK(latency_text(3140us) == "3.1 ms");
    CHECK(latency_text(240ms) == "240 ms");
    CHECK(latency_text(1250ms) == "1.25 s");
    CHECK(latency_text(99'999us) == "100 ms");
    CHECK(latency_text(999'999us) == "1.00 s");
    CHECK(latency_text(99'999ms) == "100 s");
}

TEST_CASE("send report: lines of responses are in columns, errors have a reason") {
    CHECK(event_line(answered(204, 3100us), "upsert.fail") == "204 msg_1 upsert.fail   3.1 ms\n");
    CHECK(event_line(answered(401, 240ms), "upsert.fail") == "401 msg_1 upsert.fail   240 ms\n");
    CHECK(event_line(failed(http::client_errc::closed, "by the peer"), "upsert.fail") ==
          "--- msg_1 upsert.fail   1.0 ms  closed: by the peer\n");
}

TEST_CASE(
    "send report: for events that must be rejected each line says whether they were, for repeated ones that they are") {
    CHECK(event_line(answered(401, 1ms), "t", loadgen::expectation::refused) == "401 msg_1 t   1.0 ms  as expected\n");
    CHECK(event_line(answered(204, 1ms), "t", loadgen::expectation::refused) == "204 msg_1 t   1.0 ms  UNEXPECTED\n");
    auto repeated = answered(204, 1ms);
    repeated.again = true;
    CHECK(event_line(repeated, "t") == "204 msg_1 t   1.0 ms  repeated\n");
    repeated.response = std::unexpected{http::client_error{http::client_errc::closed, "gone"}};
    CHECK(event_line(repeated, "t", loadgen::expectation::refused) == "--- msg_1 t   1.0 ms  repeated  closed: gone\n");
}

TEST_CASE("send report: the summary of events that must be rejected counts expected and unexpected responses") {
    loadgen::send_tally tally{loadgen::expectation::refused};
    for (const unsigned status : {401U, 401U, 204U, 503U}) {
        tally.add(answered(status, 1ms));
    }
    const auto text = summary_text(tally, {.count = 2, .twice = true}, {.took = 1s});
    CHECK_THAT(text, Contains("4 requests, each event twice, in 1.00 s"));
    CHECK_THAT(text, Contains("  as expected          2  (401)\n") && Contains("  unexpected           2\n"));
    CHECK_THAT(advice_text(tally), Contains("do not trust it") && Contains("204: ") && !Contains("401: "));
}

TEST_CASE("send report: no line of a summary is wider than a terminal") {
    loadgen::send_tally tally;
    for (const auto latency : {999us, 99'999us, 999'999us, 99'999'999us}) {
        tally.add(answered(204, latency));
    }
    const auto text = summary_text(tally, {.count = 1'000'000'000, .rate = 123'456.7, .connections = 10'000},
                                   {.took = 86'400s, .behind = 99'999'999us, .interrupted = true});
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        CHECK(end - begin <= 80);
    }
    CHECK(bar_line(999'999'999, 1'000'000'000, 1s).size() <= 80);
}

TEST_CASE("send report: the bar fills from nothing to all") {
    CHECK(bar_line(0, 100, 0s) == "[..............................] 0/100  0/s");
    CHECK(bar_line(50, 100, 500ms) == "[###############...............] 50/100  100/s");
    CHECK(bar_line(100, 100, 1s) == "[##############################] 100/100  100/s");
}

TEST_CASE("send report: the summary counts statuses and failures by kind") {
    loadgen::send_tally tally;
    for (int i = 0; i < 90; ++i) {
        tally.add(answered(204, 1ms, i == 0));
    }
    for (int i = 0; i < 9; ++i) {
        tally.add(answered(503, 2ms));
    }
    tally.add(failed(http::client_errc::timed_out, "no answer within 30s"));
    const auto text = summary_text(tally, {.count = 120, .rate = 50.0, .connections = 4},
                                   {.took = 2s, .behind = 5ms, .interrupted = true});
    CHECK_THAT(text, Contains("100 events in 2.00 s, 50/s, over 4 connections\n"));
    CHECK_THAT(text, Contains("interrupted: 20 not sent\n"));
    CHECK_THAT(text, Contains("  204                 90\n"));
    CHECK_THAT(text, Contains("  503                  9\n"));
    CHECK_THAT(text, Contains("  timed out            1  no answer within 30s\n"));
    CHECK_THAT(text, Contains("  resent               1  "));
    CHECK_THAT(text, Contains("min 1.0 ms  p50 1.0 ms  p90 1.0 ms  p99 2.0 ms  max 2.0 ms\n"));
    CHECK_THAT(text, Contains("50/s; the latest event was sent 5.0 ms late\n"));
}

TEST_CASE("send report: a response that the user can fix comes with advice") {
    loadgen::send_tally tally;
    tally.add(answered(204, 1ms));
    CHECK(advice_text(tally).empty());
    tally.add(answered(401, 1ms));
    tally.add(failed(http::client_errc::unreachable, "refused"));
    CHECK_THAT(advice_text(tally), Contains("check the secret") && Contains("401: ") && Contains("unreachable: "));
}
