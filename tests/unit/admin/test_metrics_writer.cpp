// SPDX-License-Identifier: MIT
#include "admin/metrics_writer.hpp"

#include <catch2/catch.hpp>

using hookd::admin::metrics_writer;

TEST_CASE("metrics_writer: a family has its help, its type and one line per value") {
    metrics_writer all;
    all.counter("hookd_requests_total", "Answers.").add(3, "status", "204").add(0, "status", "401");
    all.gauge("hookd_ready", "Ready.").add(1);
    CHECK(all.text() == "# HELP hookd_requests_total Answers.\n"
                        "# TYPE hookd_requests_total counter\n"
                        "hookd_requests_total{status=\"204\"} 3\n"
                        "hookd_requests_total{status=\"401\"} 0\n"
                        "# HELP hookd_ready Ready.\n"
                        "# TYPE hookd_ready gauge\n"
                        "hookd_ready 1\n");
}

TEST_CASE("metrics_writer: quotes, backslashes and line ends in a label's value cannot end it") {
    metrics_writer all;
    all.gauge("g", "G.").add(1, "listener", "unix:/a\"b\\c\nd");
    CHECK(all.text().find("g{listener=\"unix:/a\\\"b\\\\c\\nd\"} 1\n") != std::string::npos);
}

TEST_CASE("metrics_writer: times keep their milliseconds, and counts their last digit") {
    metrics_writer all;
    all.gauge("g", "G.").add(1'795'387'681.123).add(9'007'199'254'740'991.0);
    CHECK(all.text().find("1795387681.123") != std::string::npos);
    CHECK(all.text().find("9007199254740991") != std::string::npos);
}

TEST_CASE("metrics_writer: a histogram's buckets are cumulative, and the last one equals its count") {
    static constexpr std::array<std::uint64_t, 3> bounds{1, 2, 4};
    hookd::histogram counted{bounds};
    for (const std::uint64_t value : {1U, 2U, 2U, 3U, 9U}) {
        counted.observe(value);
    }
    metrics_writer all;
    all.distribution("h", "H.", counted, 1000);
    CHECK(all.text() == "# HELP h H.\n# TYPE h histogram\nh_count 5\nh_sum 0.017\nh_bucket{le=\"0.001\"} 1\n"
                        "h_bucket{le=\"0.002\"} 3\nh_bucket{le=\"0.004\"} 4\nh_bucket{le=\"+Inf\"} 5\n");
}
