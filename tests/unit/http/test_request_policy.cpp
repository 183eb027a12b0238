// SPDX-License-Identifier: MIT
#include "http/server/head_scanner.hpp"
#include "http/server/request_policy.hpp"

#include <catch2/catch.hpp>

#include <string_view>
#include <vector>

using namespace hookd;
using namespace hookd::http;

namespace {

policy_error judged(const std::vector<header_field>& more) {
    std::vector<header_field> fields{{"Host", "x"}};
    fields.insert(fields.end(), more.begin(), more.end());
    return check_policy(11, "/", fields);
}

} // namespace

// The parser behind it refuses most of these, too; it is not to be the only one.
TEST_CASE("request policy: a body has one length, given in one way") {
    CHECK(judged({}) == policy_error::none);
    CHECK(judged({{"Content-Length", "5"}}) == policy_error::none);
    CHECK(judged({{"Transfer-Encoding", "chunked"}}) == policy_error::none);
    CHECK(judged({{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}) == policy_error::both_lengths);
    CHECK(judged({{"Content-Length", "5"}, {"Content-Length", "5"}}) == policy_error::content_length);
    for (const std::string_view length : {"+5", "-5", "5, 5", "0x5", "5 ", "", "1000000000000000000"}) {
        CHECK(judged({{"Content-Length", length}}) == policy_error::content_length);
    }
    CHECK(judged({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}) ==
          policy_error::repeated_coding);
    for (const std::string_view coding : {"gzip", "gzip, chunked", "xchunked", "chunked;a", "identity", ""}) {
        CHECK(judged({{"Transfer-Encoding", coding}}) == policy_error::unsupported_coding);
    }
}

TEST_CASE("head scanner: a line ends in CR LF, and in nothing else") {
    using found = head_scanner::found;
    const auto scanned = [](std::string_view head) { return head_scanner{}.feed(head); };
    CHECK(scanned("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == found::end);
    CHECK(scanned("GET / HTTP/1.1\r\nHost: x\r\n") == found::nothing_yet);
    CHECK(scanned("GET / HTTP/1.1\nHost: x\r\n\r\n") == found::malformed);
    CHECK(scanned("GET / HTTP/1.1\r\nHost: x\n\r\n") == found::malformed);
    CHECK(scanned("GET / HTTP/1.1\rHost: x\r\n\r\n") == found::malformed);
    CHECK(scanned("GET / HTTP/1.1\r\nHost: x\r\n\n") == found::malformed);
    CHECK(scanned("GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n") == found::malformed);
}
