// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

using SSL_CTX = struct ssl_ctx_st;

namespace hookd::http {

using tls_context = std::shared_ptr<SSL_CTX>;

enum class io_status : std::uint8_t {
    done,
    want_read,  ///< would block until the socket is readable
    want_write, ///< would block until the socket is writable
    end,        ///< the peer has closed properly
    failed,     ///< the connection cannot be used any more
};

/// Reads and writes a non-blocking socket, with or without TLS. No call blocks: the connection waits for readiness and
/// calls again. Does not own the socket.
class transport {
public:
    virtual ~transport() = default;

    virtual io_status handshake() = 0;
    /// Why the handshake failed, for a log line.
    virtual std::string handshake_error() const { return {}; }
    /// The limit that the peer exceeded, if the connection failed for that reason; otherwise empty.
    virtual std::string_view exceeded_limit() const { return {}; }
    /// Whether it failed because the peer closed the connection, without an alert.
    virtual bool closed_in_handshake() const { return false; }
    /// Whether it failed because the peer's data is not TLS.
    virtual bool met_no_tls() const { return false; }
    /// Whether the peer has requested a client certificate, which we never have; and whether it then ended the
    /// connection with an alert.
    virtual bool certificate_wanted() const { return false; }
    virtual bool certificate_missed() const { return false; }
    /// Whether the peer has sent anything, in its handshake.
    virtual bool begun() const { return false; }
    /// At least one byte when `done`; `count` says how many.
    virtual io_status read(std::span<char> into, std::size_t& count) = 0;
    virtual io_status write(std::string_view bytes, std::size_t& count) = 0;
    /// Announces the end of the data if the protocol can (TLS: close_notify, RFC 8446 section 6.1). Does not change the
    /// socket: closing it, or shutting it down, does the same for TCP.
    virtual void close_notify() {}
    /// Whether there may be bytes without the socket becoming readable: several TLS records may arrive at once.
    virtual bool holds_bytes() const = 0;
    /// The memory for bytes that have arrived but cannot be read yet.
    virtual std::size_t memory() const { return 0; }
    /// Whether the bytes of the socket are the plain data, so that they can be read directly.
    virtual bool plain() const { return false; }
};

std::unique_ptr<transport> make_plain_transport(int socket);
/// Null if OpenSSL has no memory. OpenSSL's reference count keeps the context alive.
std::unique_ptr<transport> make_tls_transport(int socket, SSL_CTX* context);
/// The client's side. `host` is the name or numeric address that the certificate must have, if the context verifies it;
/// a name is also sent to the server (SNI, RFC 6066 section 3).
std::unique_ptr<transport> make_tls_client_transport(int socket, SSL_CTX* context, const std::string& host);

} // namespace hookd::http
