// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/address.hpp>
#include <hookd/core/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace hookd::config {

/// The address of a listener. IP addresses are numeric, so that one line is one socket: `localhost` can be two.
struct listen_address {
    enum class family : std::uint8_t { ip, unix_socket, systemd };

    family kind = family::ip;
    ip_address ip;
    std::uint16_t port = 0; ///< 0: chosen by the kernel.
    std::string name;       ///< The socket's path, or systemd's FileDescriptorName.

    /// Only one listener can have it. Port 0 is a new port at each start.
    bool port_is_fixed() const { return kind != family::ip || port != 0; }
    /// The same text for the same socket, no matter how it was written.
    std::string canonical() const;
    /// Reachable only from this machine. False for a socket from systemd, whose address is not known.
    bool local() const;
};

/// Parses `127.0.0.1:8080`, `[::1]:8080`, `unix:/path`, `systemd:NAME`. The error says what was expected.
result<listen_address> parse_listen_address(std::string_view text);

/// What was expected, if a Unix socket cannot have this path; empty if it can.
std::string check_socket_path(std::string_view path);

} // namespace hookd::config
