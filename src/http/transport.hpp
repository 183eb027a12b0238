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

enum class io_status : std::uint8_t {
    done,
    want_read,  ///< would block until the socket is readable
    want_write, ///< would block until the socket is writable
    end,        ///< the peer has closed in good order
    failed,     ///< the connection is of no more use
};

/// Bytes in and out of one non-blocking socket, with or without TLS. No call ever blocks: the connection waits for
/// readiness and calls again. Does not own the socket.
class transport {
public:
    virtual ~transport() = default;

    virtual io_status handshake() = 0;
    /// Why the handshake failed, in words for a log line.
    virtual std::string handshake_error() const { return {}; }
    /// Which limit the peer exceeded, where that is why the connection failed; else empty.
    virtual std::string_view exceeded_limit() const { return {}; }
    /// Whether it failed because the peer closed the connection, without a word why.
    virtual bool closed_in_handshake() const { return false; }
    /// Whether it failed because what the peer sent is no TLS.
    virtual bool met_no_tls() const { return false; }
    /// Whether the peer has asked for a certificate of ours, which we never have; and whether it ended the connection,
    /// with an alert, after that.
    virtual bool certificate_wanted() const { return false; }
    virtual bool certificate_missed() const { return false; }
    /// Whether the peer has sent anything, in its handshake.
    virtual bool begun() const { return false; }
    /// At least one byte when `done`; `count` says how many.
    virtual io_status read(std::span<char> into, std::size_t& count) = 0;
    virtual io_status write(std::string_view bytes, std::size_t& count) = 0;
    /// Says that nothing more will come, where the protocol has a word for it (TLS: close_notify, RFC 8446
    /// section 6.1). Leaves the socket as it is: closing it, or shutting it down, says the same to TCP.
    virtual void close_notify() {}
    /// Whether bytes may be had without the socket becoming readable: more than one TLS record may come at once.
    virtual bool holds_bytes() const = 0;
    /// What it holds of bytes that have come but cannot be read yet.
    virtual std::size_t memory() const { return 0; }
    /// Whether the socket's bytes are the peer's words themselves, for whoever reads them.
    virtual bool plain() const { return false; }
};

std::unique_ptr<transport> make_plain_transport(int socket);
/// Null where OpenSSL has no memory. The context is kept alive by OpenSSL's own count.
std::unique_ptr<transport> make_tls_transport(int socket, SSL_CTX* context);
/// The client's side. `host` is the name or numeric address that the certificate must be for, where the context asks
/// for one at all; a name is also told to the server (SNI, RFC 6066 section 3).
std::unique_ptr<transport> make_tls_client_transport(int socket, SSL_CTX* context, const std::string& host);

} // namespace hookd::http
