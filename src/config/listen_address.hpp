// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/address.hpp>
#include <hookd/core/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace hookd::config {

/// What a listener's address says. IP addresses are numeric, so that one line is one socket: `localhost` may be two.
struct listen_address {
    enum class family : std::uint8_t { ip, unix_socket, systemd };

    family kind = family::ip;
    ip_address ip;
    std::uint16_t port = 0; ///< 0: the kernel chooses.
    std::string name;       ///< The socket's path, or systemd's FileDescriptorName.

    /// Only one listener can have it; port 0 is another at each start.
    bool port_is_fixed() const { return kind != family::ip || port != 0; }
    /// The same text for the same socket, however it was written.
    std::string canonical() const;
    /// Only this machine can reach it. Of systemd's sockets nothing is known.
    bool local() const;
};

/// Reads `127.0.0.1:8080`, `[::1]:8080`, `unix:/path`, `systemd:NAME`. The error says what would be right.
result<listen_address> parse_listen_address(std::string_view text);

/// Why a Unix socket cannot have that path; empty: it can.
std::string check_socket_path(std::string_view path);

} // namespace hookd::config
