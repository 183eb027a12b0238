// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/change.hpp>
#include <hookd/core/error.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/core/settings.hpp>
#include <hookd/core/time.hpp>
#include <hookd/http/metrics.hpp>

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

/// What a server asks about each request. One instance an I/O thread, called on it alone.
class handler {
public:
    virtual ~handler() = default;

    /// An answer that needs no body; nothing: read the body, then call `handle`.
    virtual std::optional<response> screen(const request& head) = 0;
    /// The request lives until the returned coroutine has ended.
    virtual boost::asio::awaitable<response> handle(const request& whole) = 0;
};

using handler_factory = std::function<std::unique_ptr<handler>()>;

/// Where a server listens.
struct listener_state {
    std::string address; ///< The port that the kernel chose included.
    bool tls = false;
    std::optional<unix_seconds> certificate_expiry; ///< Of the certificate that is served now.
};

/// An HTTP/1.1 server over TLS and plain sockets: strict about requests, patient with nobody. What does not say
/// otherwise is for one thread at a time, and blocks.
class server {
public:
    virtual ~server() = default;

    /// Makes other settings, listeners and handlers ready: reads certificates, opens the sockets of addresses that are
    /// new. After `commit` every request that begins is served under them; those under way end under theirs, and so
    /// does the one that is read next on a connection whose first byte came before. Connections to a listener that is
    /// no more end with their request. `limits.threads` stays as it was. Reads files, which may hang: `drain` may be
    /// called meanwhile, and then only `commit` may not.
    virtual result<std::unique_ptr<change>> prepare(const server_settings& limits,
                                                    std::span<const listener_settings> listeners,
                                                    const handler_factory& make_handler) = 0;

    /// Looks whether certificate files have changed; the change serves what is in them from the next handshake on, and
    /// is null where there is nothing new. A pair that cannot be used is reported once; the old one stays. Reads files,
    /// as `prepare` does.
    virtual std::unique_ptr<change> renewed_certificates() = 0;

    /// A watchdog's thread: for how long the I/O thread that is furthest behind has owed an answer; asks all again.
    virtual std::chrono::milliseconds stalled_for() = 0;

    /// Takes no more connections, lets requests under way end, closes idle connections; whatever is left after
    /// `patience` is cut. Once.
    virtual void drain(std::chrono::milliseconds patience) = 0;

    /// Any thread; neither blocks.
    virtual const server_metrics& metrics() const = 0;
    virtual std::vector<listener_state> listeners() const = 0;
};

/// How many I/O threads a server of these settings has.
unsigned thread_count(const server_settings& settings);

/// Binds every listener and starts the I/O threads. An error names the listener and what to do. The log says of each
/// listener `NAME on ADDRESS`.
result<std::unique_ptr<server>> start(const server_settings& limits, std::span<const listener_settings> listeners,
                                      const handler_factory& make_handler, std::string_view name = "listening");

/// A line about each socket that the service manager passed to this process and that none of the listeners uses:
/// whoever connects to it waits for ever.
std::vector<std::string> report_unused_sockets(std::span<const listener_settings> listeners);

/// Whether certificate and key can be read and belong together; what is wrong, or nothing. Then `doubts` says what
/// clients will find wrong. For config::checks.
std::optional<std::string> check_tls(const tls_settings& files, std::vector<std::string>& doubts);

} // namespace hookd::http
