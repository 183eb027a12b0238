// SPDX-License-Identifier: MIT
#include "http/server/response.hpp"

#include <catch2/catch.hpp>

using hookd::response;

namespace {

std::string written(const response& what, bool keep_alive, bool to_head = false) {
    hookd::http::response_writer writer;
    const auto [begin, rest] = writer.write(what, keep_alive, to_head);
    std::string bytes{begin};
    bytes += rest;
    const auto date = bytes.find("Date: ");
    REQUIRE(date != std::string::npos);
    REQUIRE(bytes.substr(date + 6).find(" GMT\r\n") == 25); // IMF-fixdate has one length (RFC 9110 section 5.6.7)
    return bytes.erase(date, 6 + 29 + 2);
}

} // namespace

TEST_CASE("response: 204 has neither length nor body") {
    CHECK(written({204}, true) == "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST_CASE("response: others say their length, and whether the connection ends") {
    CHECK(written({401, "unauthorized\n"}, true) ==
          "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
          "13\r\n\r\nunauthorized\n");
    CHECK(written({405, {}, {{"Allow", "POST"}}}, false) ==
          "HTTP/1.1 405 Method Not Allowed\r\nAllow: POST\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_CASE("response: it has any number of fields, and none of their values can add another") {
    const response what{
        204, {}, {{"Location", "/a\r\nSet-Cookie: b"}, {"ETag", std::string{"\0\x7f\tc", 4}}, {"Link", "\xc3\xa4"}}};
    CHECK(written(what, true) ==
          "HTTP/1.1 204 No Content\r\nLocation: /a  Set-Cookie: b\r\nETag:   \tc\r\nLink: \xc3\xa4\r\n\r\n");
}

TEST_CASE("response: a response to HEAD has a length and no body") {
    CHECK(written({404, "not found\n"}, true, true) ==
          "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 10\r\n\r\n");
}

TEST_CASE("response: a large body is sent from where it is, whole") {
    hookd::http::response_writer writer;
    const auto body = std::make_shared<const std::string>(std::size_t{1} << 20U, 'x');
    const response large{.status = 200, .content_type = "application/octet-stream", .made = body};
    const auto [bytes, rest] = writer.write(large, true);
    CHECK(bytes.ends_with("\r\nContent-Length: 1048576\r\n\r\n"));
    CHECK(rest.data() == body->data());
    CHECK(rest.size() == body->size());
    CHECK(writer.write(large, true, true).rest.empty());
}
