// SPDX-License-Identifier: MIT
#include "sinks/http/http_verdict.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>

using namespace hookd;
using namespace hookd::sinks;
using namespace std::chrono_literals;
using http::client_errc;

namespace {

/// Sun, 06 Nov 1994 08:49:37 GMT, which RFC 9110 writes in all forms.
constexpr unix_millis rfc_time{784111777s};

outcome answered(unsigned status, std::string retry_after = {}, std::string body = {},
                 bool certificate_wanted = false) {
    static constexpr std::array<std::uint64_t, 2> final{422, 499};
    return judge(http::client_response{.status = status,
                                       .body = std::move(body),
                                       .resent = false,
                                       .retry_after = std::move(retry_after),
                                       .certificate_wanted = certificate_wanted},
                 final, rfc_time);
}

} // namespace

TEST_CASE("http: 2xx is delivered; the statuses that are about the event reject it; all others are tried again") {
    for (const unsigned status : {200U, 201U, 202U, 204U, 299U}) {
        CHECK(answered(status).what == verdict::delivered);
    }
    for (const unsigned status :
         {301U, 302U, 304U, 400U, 401U, 403U, 404U, 405U, 408U, 410U, 413U, 425U, 429U, 500U, 503U, 999U}) {
        CHECK(answered(status).what == verdict::retry);
    }
    for (const unsigned status : {422U, 499U}) {
        CHECK(answered(status).what == verdict::reject);
    }
}

TEST_CASE("http: a server that has requested a client certificate may mean that, whatever its status") {
    const auto bad_request = answered(422, "", "No required SSL certificate was sent", true);
    CHECK(bad_request.what == verdict::retry);
    CHECK(bad_request.detail == "status 422, the server requested a client certificate, which is not "
                                "supported: No required SSL certificate was sent");
    CHECK(answered(204, "", "", true).what == verdict::delivered);
}

TEST_CASE("http: the detail has the status, what a redirect needs, and the first line of the response, escaped") {
    CHECK(answered(404).detail == "status 404");
    CHECK(answered(301).detail == "status 301, redirects are not followed: use the target as url");
    CHECK(answered(422, "", "\r\n no\x1b[2Jname \nsecond").detail == "status 422: no\\x1b[2Jname ");
    CHECK(answered(500, "", std::string(5000, 'x')).detail == "status 500: " + std::string(200, 'x'));
    CHECK(answered(204, "", "fine").detail.empty());
}

TEST_CASE("http: without a connection no event can be delivered; an error after sending may be the event's own") {
    for (const auto kind : {client_errc::authorities, client_errc::unknown_host, client_errc::unreachable,
                            client_errc::tls, client_errc::handshake_closed, client_errc::no_tls}) {
        CHECK(judge({kind, "why"}).what == verdict::unavailable);
        CHECK(judge({kind, "why"}).detail.ends_with(": why"));
    }
    for (const auto kind : {client_errc::timed_out, client_errc::closed, client_errc::malformed}) {
        CHECK(judge({kind, "why"}).what == verdict::retry);
        CHECK(judge({kind, "why"}).detail == "why");
    }
}

TEST_CASE("http: Retry-After is respected on a retry, in seconds or as a date") {
    CHECK(answered(429, "7").retry_after == 7s);
    CHECK(answered(503, "Sun, 06 Nov 1994 08:50:37 GMT").retry_after == 1min);
    CHECK(answered(503, "soon").retry_after == 0ms);
    CHECK(answered(503).retry_after == 0ms);
    CHECK(answered(404, "7").retry_after == 7s);
    CHECK(answered(422, "7").retry_after == 0ms);
    CHECK(answered(200, "7").retry_after == 0ms);
}

TEST_CASE("http: Retry-After in all its forms") {
    const auto parse = [](std::string_view text) { return parse_retry_after(text, rfc_time - 90s); };
    CHECK(parse("0") == 0ms);
    CHECK(parse("120") == 2min);
    CHECK(parse("Sun, 06 Nov 1994 08:49:37 GMT") == 90s);
    CHECK(parse("Sunday, 06-Nov-94 08:49:37 GMT") == 90s);
    CHECK(parse("Sun Nov  6 08:49:37 1994") == 90s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", rfc_time + 1h) == 0ms);
    for (const auto* const endless :
         {"86400", "4000000000", "99999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
        CHECK(parse(endless) == 24h);
    }
    for (const auto* const bad : {"", "-1", "+5", "1.5", "5s", "Sun, 06 Nov 1994 08:49:37",
                                  "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49:37 GMT, then", "tomorrow"}) {
        CHECK_FALSE(parse(bad).has_value());
    }
}
