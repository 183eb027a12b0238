// SPDX-License-Identifier: MIT
#include "http/server/proxy_header.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace hookd;
using http::parse_proxy_header;
using http::proxy_header;
using progress = http::proxy_header::progress;

namespace {

const std::string signature{"\r\n\r\n\0\r\nQUIT\n", 12};

/// A version 2 header: version and command, family and transport, and what follows the length.
std::string v2(int command, int family, const std::string& rest, std::size_t length) {
    return signature + static_cast<char>(command) + static_cast<char>(family) + static_cast<char>(length >> 8U) +
           static_cast<char>(length & 0xFFU) + rest;
}

std::string v2(int command, int family, const std::string& rest) {
    return v2(command, family, rest, rest.size());
}

std::string bytes(std::initializer_list<int> values) {
    std::string made;
    for (const int value : values) {
        made += static_cast<char>(value);
    }
    return made;
}

const std::string v4_addresses = bytes({192, 0, 2, 7, 10, 0, 0, 1, 0x12, 0x34, 0x01, 0xBB});
const std::string v6_addresses = bytes({0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}) +
                                 std::string(16, '\0') + bytes({0x12, 0x34, 0x01, 0xBB});

/// "refused: …", "incomplete", or the header's source.
std::string said(const std::string& header) {
    const auto parsed = parse_proxy_header(header);
    if (parsed.reached == progress::refused) {
        return "refused: " + std::string{parsed.error};
    }
    if (parsed.reached == progress::incomplete) {
        return "incomplete";
    }
    CHECK(parsed.length == header.size());
    return parsed.source ? parsed.source->text() : "nobody";
}

struct example {
    std::string header;
    std::string says;
};

const std::vector<example> good{
    {"PROXY TCP4 192.0.2.7 10.0.0.1 4660 443\r\n", "192.0.2.7"},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 0 65535\r\n", "192.0.2.7"},
    {"PROXY TCP6 2001:db8::7 ::1 4660 443\r\n", "2001:db8::7"},
    {"PROXY TCP6 ::ffff:192.0.2.7 ::ffff:10.0.0.1 4660 443\r\n", "192.0.2.7"},
    {"PROXY UNKNOWN\r\n", "nobody"},
    {"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", "nobody"},
    {v2(0x21, 0x11, v4_addresses), "192.0.2.7"},
    {v2(0x21, 0x21, v6_addresses), "2001:db8::7"},
    {v2(0x21, 0x11, v4_addresses + bytes({0x04, 0, 3, 1, 2, 3}) + bytes({0x20, 0, 0})), "192.0.2.7"}, // with TLVs
    {v2(0x21, 0x21, v6_addresses + std::string(4096 - 36, '\xEE')), "2001:db8::7"},
    {v2(0x21, 0x12, v4_addresses), "nobody"}, // datagrams
    {v2(0x21, 0x22, v6_addresses), "nobody"},
    {v2(0x21, 0x31, std::string(216, 'x')), "nobody"}, // Unix sockets
    {v2(0x21, 0x32, std::string(216, 'x')), "nobody"},
    {v2(0x21, 0x00, ""), "nobody"},
    {v2(0x21, 0x00, "some TLVs"), "nobody"},
    {v2(0x20, 0x00, ""), "nobody"}, // LOCAL: whatever else is said
    {v2(0x20, 0x11, v4_addresses), "nobody"},
    {v2(0x20, 0xFF, "anything"), "nobody"},
};

const std::vector<example> bad{
    {"GET / HTTP/1.1\r\n", "no PROXY header"},
    {"X", "no PROXY header"},
    {"\x16\x03\x01", "no PROXY header"}, // TLS
    {"proxy TCP4 192.0.2.7 10.0.0.1 1 2\r\n", "no PROXY header"},
    {" PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\n", "no PROXY header"},
    {"PROXY\r\n", "no PROXY header"},
    {"\r\n\r\n\r", "no PROXY header"},
    {"PROXY tcp4 192.0.2.7 10.0.0.1 1 2\r\n", "a PROXY line of an unknown family"},
    {"PROXY UDP4 192.0.2.7 10.0.0.1 1 2\r\n", "a PROXY line of an unknown family"},
    {"PROXY  TCP4 192.0.2.7 10.0.0.1 1 2\r\n", "a PROXY line of an unknown family"},
    {"PROXY \r\n", "a PROXY line of an unknown family"},
    {"PROXY UNKNOWNS\r\n", "a PROXY line of an unknown family"},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\n", "a PROXY line that does not end in CR LF"},
    {"PROXY UNKNOWN\n", "a PROXY line that does not end in CR LF"},
    {"PROXY UNKNOWN " + std::string(93, 'x') + "\r\n", "a PROXY line of more than 107 bytes"},
    {"PROXY TCP4 " + std::string(96, '1'), "a PROXY line of more than 107 bytes"},
};

const std::vector<std::string> bad_lines{
    "TCP4",
    "TCP4 192.0.2.7",
    "TCP4 192.0.2.7 10.0.0.1",
    "TCP4 192.0.2.7 10.0.0.1 1",
    "TCP4 192.0.2.7 10.0.0.1 1 ",
    "TCP4 192.0.2.7 10.0.0.1  1 2",
    "TCP4 192.0.2.7 10.0.0.1 1 2 ",
    "TCP4 192.0.2.7 10.0.0.1 1 2 3",
    "TCP4 192.0.2.7 10.0.0.1 01 2",
    "TCP4 192.0.2.7 10.0.0.1 65536 2",
    "TCP4 192.0.2.7 10.0.0.1 1 -2",
    "TCP4 192.0.2.7 10.0.0.1 1 +2",
    "TCP4 192.0.2.7 10.0.0.1 1 2x",
    "TCP4 192.0.2.7 10.0.0 1 2",
    "TCP4 192.0.2.256 10.0.0.1 1 2",
    "TCP4 192.000.2.7 10.0.0.1 1 2",
    "TCP4 2001:db8::7 ::1 1 2",
    "TCP4 ::ffff:192.0.2.7 10.0.0.1 1 2",
    "TCP4 192.0.2.7\t10.0.0.1 1 2",
    "TCP6 192.0.2.7 10.0.0.1 1 2",
    "TCP6 [2001:db8::7] [::1] 1 2",
    "TCP6 fe80::1%lo ::1 1 2",
    "TCP6 2001:db8::7 localhost 1 2",
};

const std::vector<example> bad_binary{
    {v2(0x11, 0x11, v4_addresses), "a PROXY header of an unknown version or command"},
    {v2(0x31, 0x11, v4_addresses), "a PROXY header of an unknown version or command"},
    {v2(0x22, 0x11, v4_addresses), "a PROXY header of an unknown version or command"},
    {v2(0x21, 0x01, v4_addresses), "a PROXY header of an unknown family"},
    {v2(0x21, 0x13, v4_addresses), "a PROXY header of an unknown family"},
    {v2(0x21, 0x41, v4_addresses), "a PROXY header of an unknown family"},
    {v2(0x21, 0x11, v4_addresses.substr(1)), "a PROXY header too short for its addresses"},
    {v2(0x21, 0x21, v4_addresses), "a PROXY header too short for its addresses"},
    {v2(0x21, 0x31, std::string(215, 'x')), "a PROXY header too short for its addresses"},
    {v2(0x21, 0x11, "", 0), "a PROXY header too short for its addresses"},
    // Refused before its 64 KiB are waited for.
    {v2(0x21, 0x11, "", 0xFFFF), "a PROXY header of more than 4 KiB"},
    {v2(0x20, 0x00, "", 4097), "a PROXY header of more than 4 KiB"},
};

} // namespace

TEST_CASE("proxy header: both versions and families name their source, everything else names none") {
    for (const auto& [header, says] : good) {
        CAPTURE(header);
        CHECK(said(header) == says);
    }
}

TEST_CASE("proxy header: truncated it is incomplete, and no byte after it belongs to it") {
    const std::string behind = "\x16\x03\x01 PROXY TCP4\r\n\r\n";
    for (const auto& [header, says] : good) {
        CAPTURE(header);
        for (std::size_t length = 0; length < header.size(); ++length) {
            CHECK(said(header.substr(0, length)) == "incomplete");
        }
        const auto parsed = parse_proxy_header(header + behind);
        CHECK(parsed.reached == progress::complete);
        CHECK(parsed.length == header.size());
    }
}

TEST_CASE("proxy header: what is not one, or must not be sent, is refused with the reason") {
    for (const auto* list : {&bad, &bad_binary}) {
        for (const auto& [header, error] : *list) {
            CAPTURE(header);
            CHECK(said(header) == "refused: " + error);
        }
    }
    for (const auto& line : bad_lines) {
        CAPTURE(line);
        CHECK(said("PROXY " + line + "\r\n").starts_with("refused: "));
    }
}

TEST_CASE("proxy header: the longest line of version 1 is accepted") {
    const std::string longest = "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n";
    REQUIRE(longest.size() == 107);
    CHECK(said(longest) == "nobody");
}

TEST_CASE("proxy header: what has been refused stays refused whatever follows") {
    for (const auto& [header, error] : bad_binary) {
        CHECK(said(header + std::string(5000, '\0')) == "refused: " + error);
    }
}
