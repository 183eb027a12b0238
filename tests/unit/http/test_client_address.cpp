// SPDX-License-Identifier: MIT
#include "http/server/client_address.hpp"

#include <catch2/catch.hpp>

using namespace hookd;

namespace {

const std::vector<cidr> trusted{*cidr::parse("127.0.0.1/32"), *cidr::parse("10.0.0.0/8")};

std::string client(std::vector<header_field> fields, std::string_view peer = "127.0.0.1",
                   forwarded_header which = forwarded_header::any) {
    auto address = ip_address::parse(peer); // nothing for `unix`
    return http::find_client_behind(address, trusted, fields, which) ? http::name_of(address) : "refused";
}

} // namespace

TEST_CASE("client address: the first untrusted address from the right, whatever is left of it") {
    CHECK(client({}) == "127.0.0.1");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "6.6.6.6, 192.0.2.7, 10.1.2.3"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "6.6.6.6"}, {"x-forwarded-for", "192.0.2.7"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7:4711"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "2001:db8::7"}}) == "2001:db8::7");
    CHECK(client({{"X-Forwarded-For", "10.9.9.9, 10.1.1.1"}}) == "10.9.9.9");
}

TEST_CASE("client address: an entry that is not an address ends the search at the proxy that wrote it") {
    CHECK(client({{"X-Forwarded-For", "192.0.2.7, unknown, 10.1.1.1"}}) == "10.1.1.1");
    CHECK(client({{"Forwarded", "for=_hidden"}}) == "127.0.0.1");
}

TEST_CASE("client address: on a Unix socket only a trusted proxy names the client") {
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

TEST_CASE("client address: what is not an address is not used as one") {
    for (const auto* entry : {"[2001:db8::5]junk", "[2001:db8::5", "192.0.2.4:junk", "[192.0.2.4]:", "[]"}) {
        CHECK(client({{"X-Forwarded-For", entry}}) == "127.0.0.1");
    }
}

TEST_CASE("client address: an empty element of a list does not count") {
    CHECK(client({{"X-Forwarded-For", "192.0.2.7, "}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7,,"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "6.6.6.6, , 192.0.2.7"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", ""}}) == "127.0.0.1");
    CHECK(client({{"Forwarded", "for=192.0.2.7, "}}) == "192.0.2.7");
    CHECK(client({{"Forwarded", "for=192.0.2.7, ;"}}) == "127.0.0.1");
}

TEST_CASE("client address: both fields may come where they name the same client, and are refused where they do not") {
    CHECK(client({{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "for=192.0.2.7;proto=https"}}) == "192.0.2.7");
    CHECK(client({{"Forwarded", "for=\"[2001:db8::7]:80\""}, {"X-Forwarded-For", "2001:DB8::7"}}) == "2001:db8::7");
    CHECK(client({{"X-Forwarded-For", "6.6.6.6, 192.0.2.7, 10.0.0.1"}, {"Forwarded", "for=192.0.2.7"}}) == "192.0.2.7");
    CHECK(client({{"X-Forwarded-For", "127.0.0.1"}, {"Forwarded", "for=127.0.0.1"}}) == "127.0.0.1");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "for=6.6.6.6"}}) == "refused");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "for=192.0.2.7, for=6.6.6.6"}}) == "refused");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "for=_hidden"}}) == "refused");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", " , "}}) == "192.0.2.7");
}

TEST_CASE("client address: a Forwarded without `for` names no client, and leaves that to X-Forwarded-For") {
    CHECK(client({{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "proto=https"}}) == "192.0.2.7");
    CHECK(client({{"Forwarded", "proto=https;by=10.0.0.1, host=x"}, {"X-Forwarded-For", "192.0.2.7"}}) == "192.0.2.7");
    CHECK(client({{"Forwarded", "proto=https"}}) == "127.0.0.1");
    CHECK(client({{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "for=192.0.2.7, proto=https"}}) == "refused");
}

TEST_CASE("client address: the field that counts, where one is named, and no other") {
    const std::vector<header_field> both{{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "for=198.51.100.8"}};
    CHECK(client(both, "127.0.0.1", forwarded_header::forwarded) == "198.51.100.8");
    CHECK(client(both, "127.0.0.1", forwarded_header::x_forwarded_for) == "192.0.2.7");
    CHECK(client({both[0]}, "127.0.0.1", forwarded_header::forwarded) == "127.0.0.1");
    CHECK(client({both[1]}, "127.0.0.1", forwarded_header::x_forwarded_for) == "127.0.0.1");
    CHECK(client({{"Forwarded", "for=\""}, both[0]}, "127.0.0.1", forwarded_header::x_forwarded_for) == "192.0.2.7");
    CHECK(client({{"Forwarded", "for=\""}}, "127.0.0.1", forwarded_header::forwarded) == "refused");
}
