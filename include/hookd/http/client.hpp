// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/http/url.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hookd::http {

/// Why a request has no answer.
enum class client_errc : std::uint8_t {
    authorities,      ///< the certificates to trust cannot be read
    unknown_host,     ///< the name has no address
    unreachable,      ///< no connection: refused, no route, or not in time
    tls,              ///< the TLS handshake failed; the server's certificate is not trusted, or it demands one of ours
    handshake_closed, ///< the server closed the connection during the TLS handshake, without a word why
    no_tls,           ///< something listens there, but speaks no TLS
    timed_out,        ///< connected, but no whole answer in time
    closed,           ///< the connection was closed or reset before the answer was whole
    malformed,        ///< what came is no HTTP/1.1 answer
};
std::string_view to_text(client_errc error);

struct client_error {
    client_errc kind{};
    std::string detail; ///< What happened, in words.
};
template <class T>
using client_result = expected<T, client_error>;

/// Whom to believe that it is the server.
struct client_trust {
    std::string ca_file; ///< PEM file of the authorities; empty: the system's.
    bool verify = true;  ///< False: any certificate of any name will do.
};

/// A server's addresses and how to know it. Never changes; all connections to it, on any thread, share one.
struct destination;
using destination_ptr = std::shared_ptr<const destination>;

/// Looks the name up and reads the authorities. Blocking.
client_result<destination_ptr> find_destination(const url& where, const client_trust& trust);
/// Whether the authorities can be read. Blocking.
client_result<void> check_trust(const client_trust& trust);
/// A server that listens, without TLS, on the Unix socket of that path.
client_result<destination_ptr> find_unix_destination(const std::string& path);

struct client_limits {
    std::chrono::milliseconds connect{10'000}; ///< To the end of the TLS handshake.
    std::chrono::milliseconds whole{30'000};   ///< From the request to the end of its answer, connecting included.
    std::size_t keep_body = 0;                 ///< So many bytes of an answer's body are kept, and the rest is dropped.
    /// Where it is set, an answer counts when its header is complete: its body is waited for this long, and whatever
    /// becomes of it then only costs the connection.
    std::optional<std::chrono::milliseconds> body{};
};

/// An answer, which has been read to its end, or as the limits say.
struct client_response {
    unsigned status = 0;
    std::string body{};              ///< As much as the limits keep.
    bool resent = false;             ///< It was the second try, see `client::request`.
    std::string retry_after{};       ///< The first field of that name, as it came; empty: none.
    bool certificate_wanted = false; ///< The server has asked for a certificate of ours, and there is none.
    bool cut = false;                ///< There was more of the body than the limits keep.
};

/// One HTTP/1.1 connection to a destination, kept alive between requests and opened again when it was closed. Not
/// thread-safe: it belongs to its io_context's one thread, and must not outlive the io_context. One request at a time.
class client {
public:
    client(boost::asio::io_context& context, destination_ptr where, client_limits limits = {});
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    client(client&&) noexcept;
    client& operator=(client&&) noexcept;
    ~client();

    /// Connects where that has not been done; `request` does so by itself.
    boost::asio::awaitable<client_result<void>> connect();

    /// Sends the request and reads its answer. The fields must be clean (no CR, no LF); Host and Content-Length are
    /// added. A connection that was open before may turn out to have been closed by the server meanwhile; then the very
    /// same bytes are sent once more on a new one, so only requests that may arrive twice can be made. All views must
    /// live until the coroutine has ended. Redirects are not followed. Cancelled where that does not throw, it ends at
    /// once, with some error.
    boost::asio::awaitable<client_result<client_response>> request(std::string_view method, std::string_view target,
                                                                   std::span<const header_field> fields,
                                                                   std::string_view body);

    /// Between two requests: leaves nothing that keeps the io_context busy, and forgets what was sent. The connection
    /// stays open.
    void release();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace hookd::http
