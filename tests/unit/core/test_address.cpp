// SPDX-License-Identifier: MIT
#include <hookd/core/address.hpp>

#include <catch2/catch.hpp>

using hookd::cidr;
using hookd::ip_address;
using hookd::parse_port;

TEST_CASE("address: an IPv4-mapped IPv6 address is the IPv4 address it holds") {
    CHECK(ip_address::parse("::ffff:192.0.2.1") == ip_address::parse("192.0.2.1"));
    CHECK(ip_address::parse("::ffff:192.0.2.1")->text() == "192.0.2.1");
    CHECK(ip_address::parse("2001:DB8::0:1")->text() == "2001:db8::1");
}

TEST_CASE("address: what is not a plain numeric address is refused") {
    for (const auto* text : {"", "localhost", "1.2.3", "1.2.3.256", "[::1]", "fe80::1%eth0", "1.2.3.4 ", "01.2.3.4"}) {
        CAPTURE(text);
        CHECK_FALSE(ip_address::parse(text));
    }
    CHECK_FALSE(ip_address::parse(std::string_view{"127.0.0.1\0x", 11}));
}

TEST_CASE("cidr: contains exactly its block") {
    const auto block = cidr::parse("10.32.0.0/11");
    REQUIRE(block);
    CHECK(block->contains(*ip_address::parse("10.32.0.0")));
    CHECK(block->contains(*ip_address::parse("10.63.255.255")));
    CHECK(block->contains(*ip_address::parse("::ffff:10.40.1.1")));
    CHECK_FALSE(block->contains(*ip_address::parse("10.64.0.0")));
    CHECK_FALSE(block->contains(*ip_address::parse("10.31.255.255")));
    CHECK(block->text() == "10.32.0.0/11");

    CHECK(cidr::parse("0.0.0.0/0")->contains(*ip_address::parse("203.0.113.7")));
    CHECK_FALSE(cidr::parse("0.0.0.0/0")->contains(*ip_address::parse("::1")));
    CHECK(cidr::parse("::/0")->contains(*ip_address::parse("::1")));
    CHECK_FALSE(cidr::parse("::/0")->contains(*ip_address::parse("203.0.113.7")));
    CHECK(cidr::parse("::ffff:0:0/96")->contains(*ip_address::parse("203.0.113.7")));
    CHECK(cidr::parse("2600:1f24:64:8000::/56")->contains(*ip_address::parse("2600:1f24:64:80ff::9")));
    CHECK_FALSE(cidr::parse("2600:1f24:64:8000::/56")->contains(*ip_address::parse("2600:1f24:64:8100::")));
    CHECK(cidr::parse("192.0.2.1")->contains(*ip_address::parse("192.0.2.1")));
}

TEST_CASE("cidr: a block with bits after its prefix, or an invalid prefix, is refused") {
    for (const auto* text :
         {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "::/129", "2001:db8::1/32", "/8"}) {
        CAPTURE(text);
        CHECK_FALSE(cidr::parse(text));
    }
}

TEST_CASE("port: a whole number that fits, and nothing else") {
    CHECK(parse_port("0") == 0);
    CHECK(parse_port("443") == 443);
    CHECK(parse_port("00443") == 443);
    CHECK(parse_port("65535") == 65'535);
    for (const auto* text : {"", "65536", "18446744073709551617", "-1", "+1", " 1", "1 ", "0x1", "https"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_port(text));
    }
}
