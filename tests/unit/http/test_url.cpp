// SPDX-License-Identifier: MIT
#include <hookd/http/client/url.hpp>

#include <catch2/catch.hpp>

using hookd::http::parse_url;

TEST_CASE("url: scheme, host, port and target are told apart") {
    struct row {
        std::string_view text;
        bool tls;
        std::string host;
        unsigned port;
        std::string target;
        std::string authority;
    };
    const auto [text, tls, host, port, target, authority] = GENERATE(values<row>({
        {"http://localhost", false, "localhost", 80, "/", "localhost"},
        {"https://hooks.example.com/a/b?c=d", true, "hooks.example.com", 443, "/a/b?c=d", "hooks.example.com"},
        {"HTTPS://h:8443/x", true, "h", 8443, "/x", "h:8443"},
        {"http://127.0.0.1:65535/", false, "127.0.0.1", 65535, "/", "127.0.0.1:65535"},
        {"https://[::1]:443/x", true, "::1", 443, "/x", "[::1]"},
        {"http://[2001:db8::1]", false, "2001:db8::1", 80, "/", "[2001:db8::1]"},
        {"http://h:/x", false, "h", 80, "/x", "h"},
        {"http://h?q", false, "h", 80, "/?q", "h"},
        {"http://h/x#part", false, "h", 80, "/x", "h"},
        {"http://h/x?a:b@c", false, "h", 80, "/x?a:b@c", "h"},
    }));
    CAPTURE(text);
    const auto parsed = parse_url(text);
    REQUIRE(parsed);
    CHECK(parsed->tls == tls);
    CHECK(parsed->host == host);
    CHECK(parsed->port == port);
    CHECK(parsed->target == target);
    CHECK(parsed->authority() == authority);
}

TEST_CASE("url: what cannot be sent to, or could be read in two ways, is refused") {
    const std::string_view text =
        GENERATE("", "localhost", "//localhost/", "ftp://h/", "unix:/run/x", "http://", "http:///x", "http://:80/",
                 "http://h:0/", "http://h:65536/", "http://h:80x/", "http://h:-1/", "http://h:80:80/", "http://::1/",
                 "http://[::1", "http://[::1]x/", "http://[1.2.3.4]/", "http://[h]/", "http://h\r\nX: y/",
                 "http://h/a b", "http://h/\r\nX:", "http://h/\xc3\xa9", "http://b\xc3\xbc\x63her.example/");
    CAPTURE(text);
    CHECK_FALSE(parse_url(text));
}

TEST_CASE("url: a password is refused and not repeated") {
    const auto parsed = parse_url("https://user:hunter2@h/");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find("hunter2") == std::string::npos);
}
