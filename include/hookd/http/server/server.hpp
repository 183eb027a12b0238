// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/change.hpp>
#include <hookd/core/error.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/core/time.hpp>
#include <hookd/http/server/metrics.hpp>
#include <hookd/http/server/settings.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::http {

/// A request whose response is on its way, for records of requests. Valid during the call.
struct served_request {
    /// As far as it was understood: of a malformed header maybe only the client is known.
    const request& what;
    const response& outcome; ///< Also if the server itself rejected the request.
    std::size_t header_bytes = 0;
    std::size_t body_bytes = 0;                     ///< As received, without the coding of chunks.
    bool whole = false;                             ///< The request has its whole body.
    std::chrono::steady_clock::duration duration{}; ///< From the first byte of the request to the response.
};

/// Handles the requests of a server. One instance for each I/O thread, called only on that thread.
class handler {
public:
    virtual ~handler() = default;

    /// A response that needs no body; nothing: read the body, then call `handle`.
    virtual std::optional<response> screen(const request& head) = 0;
    /// The request lives until the returned coroutine ends.
    virtual boost::asio::awaitable<response> handle(const request& whole) = 0;
    /// Called for every response; must not block.
    virtual void served(const served_request& /*what*/) {}
};

using handler_factory = std::function<std::unique_ptr<handler>()>;

/// Where a server listens.
struct listener_state {
    std::string address; ///< With the port that the kernel chose.
    bool tls = false;
    std::optional<unix_seconds> certificate_expiry; ///< Of the current certificate.
};

/// An HTTP/1.1 server over TLS and plain sockets, with strict parsing and deadlines for everything. Unless documented
/// otherwise, functions are for one thread at a time, and block.
class server {
public:
    virtual ~server() = default;

    /// Prepares other settings, listeners and handlers: reads certificates, opens the sockets of new addresses. After
    /// `commit` every new request is served with them; requests in flight end with the old ones, and so does the next
    /// request of a connection whose first byte has already arrived. Connections of a removed listener end after their
    /// request. `limits.threads` does not change. Reads files, which may hang: `drain` may be called meanwhile, and
    /// then `commit` must not be called.
    virtual result<std::unique_ptr<change>> prepare(const server_settings& limits,
                                                    std::span<const listener_settings> listeners,
                                                    const handler_factory& make_handler) = 0;

    /// Checks whether certificate files have changed. The returned change makes the next handshakes use them; it is
    /// null if nothing has changed. An unusable pair is logged once, and the old one stays in use. Reads files, like
    /// `prepare`.
    virtual std::unique_ptr<change> renewed_certificates() = 0;

    /// The watchdog's thread: for how long the slowest I/O thread has not responded; asks all again.
    virtual std::chrono::milliseconds stalled_for() = 0;

    /// Accepts no more connections, lets requests in flight end, closes idle connections. After `patience` the
    /// remaining ones are aborted. Call it once.
    virtual void drain(std::chrono::milliseconds patience) = 0;

    /// Any thread; neither blocks.
    virtual const server_metrics& metrics() const = 0;
    virtual std::vector<listener_state> listeners() const = 0;
};

/// The number of I/O threads of a server with these settings.
unsigned thread_count(const server_settings& settings);

/// Binds every listener and starts the I/O threads. An error names the listener and what to do. Logs `NAME on ADDRESS`
/// for each listener.
result<std::unique_ptr<server>> start(const server_settings& limits, std::span<const listener_settings> listeners,
                                      const handler_factory& make_handler, std::string_view name = "listening");

/// A line for each socket that the service manager passed to this process and no listener uses: clients that connect to
/// it wait forever.
std::vector<std::string> report_unused_sockets(std::span<const listener_settings> listeners);

} // namespace hookd::http
