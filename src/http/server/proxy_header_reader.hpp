// SPDX-License-Identifier: MIT
#pragma once

#include "http/server/proxy_header.hpp"

#include <hookd/http/transport/transport.hpp>

#include <array>

namespace hookd::http {

/// Reads a PROXY header from a non-blocking socket, and not a byte more: TLS or HTTP reads what follows from the socket
/// itself. Never blocks: the connection waits for readiness and calls again. Does not own the socket.
class proxy_header_reader {
public:
    explicit proxy_header_reader(int socket) : socket_{socket} {}

    /// `done`: the header is complete and read from the socket. `failed`: it is rejected, or the connection is broken.
    io_status read();
    /// Whether the peer has sent anything.
    bool begun() const { return filled_ > 0 || header_.reached == proxy_header::progress::refused; }
    const proxy_header& header() const { return header_; }

private:
    int socket_;
    std::array<char, longest_proxy_header> bytes_{};
    std::size_t filled_ = 0;
    proxy_header header_;
};

} // namespace hookd::http
