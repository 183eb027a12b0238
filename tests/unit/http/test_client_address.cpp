#include "http/client_address.hpp"

#include <catch2/catch.hpp>

using namespace hookd;

namespace {

const std::vector<cidr> trusted{*cidr::parse("127.0.0.1/32"), *cidr::parse("10.0.0.0/8")};

std::string client(std::vector<header_field> fields, std::string peer = "127.0.0.1") {
    return http::client_behind(std::move(peer), trusted, fields).value_or("refused");
}

} // namespace

TEST_CASE("client address: the first untrusted address from the right, whatever stands left of it") {
    CHECK(client({}) == "127.0.0.1");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "6.6.6.6, 192.0.2.7, 10.1.2.3"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "6.6.6.6"}, {"x-forwarded-for", "192.0.2.7"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7:4711"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "2001:db8::7"}}) == "2001:db8::7");
    CHECK(client({{"X-Forwarded-For", "10.9.9.9, 10.1.1.1"}}) == "10.9.9.9");
}

TEST_CASE("client address: an entry that is no address ends the walk at the proxy that wrote it") {
    CHECK(client({{"X-Forwarded-For", "192.0.2.7, unknown, 10.1.1.1"}}) == "10.1.1.1");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7, "}}) == "127.0.0.1");
    CHECK(client({{"Forwarded", "for=_hidden"}}) == "127.0.0.1");
}

TEST_CASE("client address: behind a Unix socket it is the proxy's word, and else nobody's") {
    CHECK(client({}, "unix") == "unix");
    CHECK(client({{"X-Forwarded-For", "6.6.6.6, 192.0.2.7"}}, "unix") == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7, 10.1.2.3"}}, "unix") == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "unix:"}}, "unix") == "unix");
}

TEST_CASE("client address: Forwarded, with ports, brackets and quotes") {
    CHECK(client({{"Forwarded", "for=6.6.6.6, for=\"[2001:db8::7]:4711\";proto=https, for=10.0.0.1"}}) ==
          "2001:db8::7");
    CHECK(client({{"Forwarded", "proto=https;FOR=192.0.2.7;by=10.0.0.1"}}) == "192.0.2.7");
}

TEST_CASE("client address: an attacker's unclosed quote cannot hide what the proxy appended") {
    CHECK(client({{"Forwarded", "for=\"6.6.6.6, for=192.0.2.7"}}) == "refused");
    CHECK(client({{"Forwarded", "for=6.6.6.6;x=\", for=192.0.2.7"}}) == "refused");
    CHECK(client({{"Forwarded", "for=6.6.6.6;x=\"\\, for=\"192.0.2.7\""}}) == "refused");
    CHECK(client({{"X-Forwarded-For", "\", 192.0.2.7"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "\"6.6.6.6, 192.0.2.7"}}) == "192.0.2.7");
}

TEST_CASE("client address: what is no address is not taken for one") {
    for (const auto* entry : {"[2001:db8::5]junk", "[2001:db8::5", "192.0.2.4:junk", "[192.0.2.4]:", "[]"}) {
        CHECK(client({{"X-Forwarded-For", entry}}) == "127.0.0.1");
    }
}

TEST_CASE("client address: both fields at once are refused, since one is not the proxy's") {
    CHECK(client({{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "for=6.6.6.6"}}) == "refused");
}
