// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace hookd {

/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address (::ffff:1.2.3.4) counts as the IPv4 address.
class ip_address {
public:
    /// Reads the numeric forms of inet_pton(3); no host names, no zone ids, no brackets.
    static std::optional<ip_address> parse(std::string_view text);

    /// From a socket's address; nothing for other families (Unix sockets).
    static std::optional<ip_address> from(const sockaddr* address);

    bool is_v4() const;
    std::string text() const;
    const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

    friend bool operator==(const ip_address&, const ip_address&) = default;

private:
    std::array<std::uint8_t, 16> bytes_{}; // an IPv4 address is kept in its IPv4-mapped form
};

/// A block of addresses: `10.0.0.0/8`, `2001:db8::/32`, or a single address.
class cidr {
public:
    /// Rejects a prefix longer than the address, and bits set after the prefix (`10.0.0.1/8`).
    static std::optional<cidr> parse(std::string_view text);

    bool contains(const ip_address& address) const;
    std::string text() const;

private:
    ip_address network_;
    unsigned prefix_ = 0; // of the 128 bits
};

bool contains(const std::vector<cidr>& blocks, const ip_address& address);

/// The parts of an authority without user (RFC 3986 section 3.2), or of a node (RFC 7239).
struct host_and_port {
    std::string_view host; ///< Without its brackets; not checked.
    std::string_view port; ///< With its colon; empty if there is none. Not checked.
    bool bracketed = false;
};

/// Splits `host`, `host:port`, `[v6]`, `[v6]:port`; nothing if a bracket is not closed or is followed by anything else.
std::optional<host_and_port> split_authority(std::string_view text);

/// Whether it can be the name of a host, or an IPv4 address: ASCII letters, digits, `.`, `-` and `_`.
bool is_host_name(std::string_view text);

/// A TCP port, 0 to 65535: only decimal digits; leading zeros are allowed.
std::optional<std::uint16_t> parse_port(std::string_view text);

} // namespace hookd
