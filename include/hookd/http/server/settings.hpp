// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/core/address.hpp>
#include <hookd/core/byte_size.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hookd {

using std::chrono::milliseconds;

struct server_settings {
    unsigned threads = 0; ///< 0: one per core.
    unsigned max_connections = 8192;
    unsigned max_connections_per_address = 1024; ///< Trusted proxies and Unix sockets do not count.
    byte_size max_body{1U << 20U};
    byte_size max_header{16U << 10U};
    milliseconds tls_timeout{10'000};    ///< From accepting to the end of the handshake.
    milliseconds header_timeout{10'000}; ///< From a request's first byte to the end of its header.
    milliseconds body_timeout{30'000};   ///< From the end of the header to the end of the body.
    milliseconds idle_timeout{75'000};   ///< Between requests.
    milliseconds drain_timeout{25'000};  ///< From the signal to the end of the process.

    bool operator==(const server_settings&) const = default;
};

struct tls_settings {
    std::string certificate; ///< Path of a PEM chain, the server's certificate first.
    std::string private_key; ///< Path of its PEM key.

    bool operator==(const tls_settings&) const = default;
};

/// Which field of a trusted proxy has the client's address.
enum class forwarded_header : std::uint8_t { any, forwarded, x_forwarded_for };

struct listener_settings {
    std::string address; ///< As configured: `host:port`, `[v6]:port`, `unix:/path`, `systemd:NAME`.
    std::optional<tls_settings> tls;
    std::vector<cidr> trusted_proxies;
    bool trust_unix = false; ///< The peers of a Unix socket are trusted proxies too.
    forwarded_header forwarded = forwarded_header::any;
    bool proxy_protocol = false; ///< Each connection begins with a PROXY header of a trusted proxy.
    /// Also accepts what health checks send: HTTP/1.0, no Host, an Upgrade (which is ignored). Not a key: only for the
    /// admin server.
    bool health_checks = false;

    bool operator==(const listener_settings&) const = default;
};

namespace http {

// Each reads its part of the configuration. Blocking: certificates are read.
server_settings read_server(config::table keys);
/// All [[listener]] tables; at least one is required.
std::vector<listener_settings> read_listeners(config::table& root);

} // namespace http

} // namespace hookd
