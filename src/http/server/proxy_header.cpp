// SPDX-License-Identifier: MIT
#include "http/server/proxy_header.hpp"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>

namespace hookd::http {

namespace {

using progress = proxy_header::progress;

constexpr std::string_view v1_signature = "PROXY ";
constexpr std::size_t longest_v1 = 107; // with CR LF: section 2.1
constexpr std::string_view v2_signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t v2_fixed_length = 16;

proxy_header refused(std::string_view error) {
    return {progress::refused, 0, {}, error};
}

proxy_header complete(std::size_t length, std::optional<ip_address> source) {
    return {progress::complete, length, source, {}};
}

bool begins_like(std::string_view bytes, std::string_view signature) {
    const auto common = std::min(bytes.size(), signature.size());
    return bytes.substr(0, common) == signature.substr(0, common);
}

/// Removes the text up to the next space, and the space, from `line` and returns the text.
std::string_view take_word(std::string_view& line) {
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    return word;
}

bool is_port(std::string_view text) {
    return parse_port(text) && (text.size() == 1 || text.front() != '0');
}

std::optional<ip_address> parse_address(std::string_view text, bool v6) {
    return text.contains(':') == v6 ? ip_address::parse(text) : std::nullopt;
}

proxy_header parse_v1(std::string_view bytes) {
    const auto end = bytes.substr(0, longest_v1).find('\n');
    if (end == std::string_view::npos) {
        return bytes.size() < longest_v1 ? proxy_header{} : refused("a PROXY line of more than 107 bytes");
    }
    if (bytes[end - 1] != '\r') {
        return refused("a PROXY line that does not end in CR LF");
    }
    auto line = bytes.substr(v1_signature.size(), end - 1 - v1_signature.size());
    const auto family = take_word(line);
    if (family == "UNKNOWN") {
        return complete(end + 1, std::nullopt);
    }
    if (family != "TCP4" && family != "TCP6") {
        return refused("a PROXY line of an unknown family");
    }
    const auto source = parse_address(take_word(line), family == "TCP6");
    const auto destination = parse_address(take_word(line), family == "TCP6");
    const auto source_port = take_word(line);
    if (!source || !destination || !is_port(source_port) || !is_port(line)) {
        return refused("a PROXY line without two addresses and two ports");
    }
    return complete(end + 1, source);
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint8_t>(bytes[at]);
}

/// The length of the addresses of a family and transport (section 2.2); nothing for those that must not be sent.
std::optional<std::size_t> addresses_length(std::uint8_t family_and_transport) {
    switch (family_and_transport) {
    case 0x00: // unspecified
        return 0;
    case 0x11: // IPv4: TCP, UDP
    case 0x12:
        return 12;
    case 0x21: // IPv6: TCP, UDP
    case 0x22:
        return 36;
    case 0x31: // Unix: stream, datagram
    case 0x32:
        return 216;
    default:
        return std::nullopt;
    }
}

/// An address that no TCP client can have (the path of a Unix socket, a datagram's address) counts as unspecified, as
/// the protocol allows.
std::optional<ip_address> v2_source(std::uint8_t family_and_transport, std::string_view addresses) {
    if (family_and_transport == 0x11) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        std::memcpy(&v4.sin_addr, addresses.data(), sizeof v4.sin_addr);
        return ip_address::from(reinterpret_cast<const sockaddr*>(&v4));
    }
    if (family_and_transport == 0x21) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        std::memcpy(&v6.sin6_addr, addresses.data(), sizeof v6.sin6_addr);
        return ip_address::from(reinterpret_cast<const sockaddr*>(&v6));
    }
    return std::nullopt;
}

proxy_header parse_v2(std::string_view bytes) {
    if (bytes.size() < v2_fixed_length) {
        return {};
    }
    const auto version_and_command = byte_at(bytes, 12);
    const auto family_and_transport = byte_at(bytes, 13);
    const std::size_t length = v2_fixed_length + std::size_t{byte_at(bytes, 14)} * 256 + byte_at(bytes, 15);
    const bool local = version_and_command == 0x20; // the proxy itself, such as a health check: the rest is skipped
    if (!local && version_and_command != 0x21) {
        return refused("a PROXY header of an unknown version or command");
    }
    if (length > longest_proxy_header) {
        return refused("a PROXY header of more than 4 KiB");
    }
    const auto needed = addresses_length(family_and_transport);
    if (!local && (!needed || length < v2_fixed_length + *needed)) {
        return refused(needed ? "a PROXY header too short for its addresses" : "a PROXY header of an unknown family");
    }
    if (bytes.size() < length) {
        return {};
    }
    return complete(length, local ? std::nullopt : v2_source(family_and_transport, bytes.substr(v2_fixed_length)));
}

} // namespace

proxy_header parse_proxy_header(std::string_view bytes) {
    const bool v1 = begins_like(bytes, v1_signature);
    const bool v2 = begins_like(bytes, v2_signature);
    if (!v1 && !v2) {
        return refused("no PROXY header");
    }
    if (bytes.size() < v1_signature.size()) {
        return {};
    }
    return v1 ? parse_v1(bytes) : parse_v2(bytes);
}

} // namespace hookd::http
