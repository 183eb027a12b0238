// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/http/client/url.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hookd::http {

/// Why a request has no response.
enum class client_errc : std::uint8_t {
    authorities,      ///< the certificates to trust cannot be read
    unknown_host,     ///< the name has no address
    unreachable,      ///< no connection: refused, no route, or not in time
    tls,              ///< the TLS handshake failed; the server's certificate is not trusted, or it demands one of ours
    handshake_closed, ///< the server closed the connection during the TLS handshake, without an alert
    no_tls,           ///< something listens there, but without TLS
    timed_out,        ///< connected, but no complete response in time
    closed,           ///< the connection was closed or reset before the response was complete
    malformed,        ///< not an HTTP/1.1 response
};
std::string_view to_text(client_errc error);

struct client_error {
    client_errc kind{};
    std::string detail; ///< What happened, in words.
};
template <class T>
using client_result = expected<T, client_error>;

/// How to verify the server.
struct client_trust {
    std::string ca_file; ///< PEM file of the authorities; empty: the system's.
    bool verify = true;  ///< False: accepts any certificate for any name.
};

/// A server's addresses and how to verify it. Never changes; all connections to it, on any thread, share one.
struct destination;
using destination_ptr = std::shared_ptr<const destination>;

/// Resolves the name and reads the authorities. Blocking.
client_result<destination_ptr> find_destination(const url& where, const client_trust& trust);
/// Whether the authorities can be read. Blocking.
client_result<void> check_trust(const client_trust& trust);
/// A server without TLS on the Unix socket with that path.
client_result<destination_ptr> find_unix_destination(const std::string& path);

struct client_limits {
    std::chrono::milliseconds connect{10'000}; ///< To the end of the TLS handshake.
    std::chrono::milliseconds whole{30'000};   ///< From the request to the end of its response, including the connect.
    std::size_t keep_body = 0;                 ///< How many bytes of a response body are kept; the rest is dropped.
    /// If set, a response counts once its header is complete: its body is awaited for this long, and an error in it
    /// only closes the connection.
    std::optional<std::chrono::milliseconds> body{};
    /// If set, it gets the pieces of a body as they arrive, each of at most `keep_body` bytes; the last one is in the
    /// response. Only for the status 200. False: no more is wanted, and the connection is closed.
    std::function<bool(std::string_view piece)> each_piece{};
};

/// A response, read to its end or to the limits.
struct client_response {
    unsigned status = 0;
    std::string body{};              ///< Up to the limit.
    bool resent = false;             ///< It was the second try, see `client::request`.
    std::string retry_after{};       ///< The first field of that name, as received; empty: none.
    bool certificate_wanted = false; ///< The server has requested a client certificate, and there is none.
    bool cut = false;                ///< The body was longer than the limit.
};

/// An HTTP/1.1 connection to a destination, kept alive between requests and opened again if it was closed. Not
/// thread-safe: it belongs to the thread of its io_context, and must not outlive the io_context. One request at a time.
class client {
public:
    client(boost::asio::io_context& context, destination_ptr where, client_limits limits = {});
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    client(client&&) noexcept;
    client& operator=(client&&) noexcept;
    ~client();

    /// Connects if it is not connected; `request` does so by itself.
    boost::asio::awaitable<client_result<void>> connect();

    /// Sends the request and reads its response. The fields must not contain CR or LF; Host and Content-Length are
    /// added. If a connection that was open before turns out to be closed by the server, the same bytes are sent once
    /// more on a new one, so only requests that may arrive twice are allowed. All views must live until the coroutine
    /// ends. Redirects are not followed. If cancelled where that does not throw, it ends immediately, with some error.
    boost::asio::awaitable<client_result<client_response>> request(std::string_view method, std::string_view target,
                                                                   std::span<const header_field> fields,
                                                                   std::string_view body);

    /// Between two requests: releases everything that keeps the io_context busy, and what was sent. The connection
    /// stays open.
    void release();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace hookd::http
