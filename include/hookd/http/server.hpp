#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/exchange.hpp>
#include <hookd/core/settings.hpp>
#include <hookd/core/time.hpp>
#include <hookd/http/figures.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::http {

/// What a server asks about each request. One instance an I/O thread, called on it alone.
class handler {
public:
    virtual ~handler() = default;

    /// An answer that needs no body; nothing: read the body, then call `handle`.
    virtual std::optional<answer> screen(const request& head) = 0;
    /// The request lives until the returned coroutine has ended.
    virtual boost::asio::awaitable<answer> handle(const request& whole) = 0;
};

using handler_factory = std::function<std::unique_ptr<handler>()>;

/// Where a server listens.
struct listener_state {
    std::string address; ///< The port that the kernel chose included.
    bool tls = false;
    std::optional<unix_seconds> certificate_expiry; ///< Of the certificate that is served now.
};

/// An HTTP/1.1 server over TLS and plain sockets: strict about requests, patient with nobody.
class server {
public:
    virtual ~server() = default;

    /// Takes no more connections, lets requests under way end, closes idle connections; whatever is left after
    /// `patience` is cut. Blocking; once.
    virtual void drain(std::chrono::milliseconds patience) = 0;

    /// Any thread; neither blocks.
    virtual const server_figures& figures() const = 0;
    virtual std::vector<listener_state> listeners() const = 0;
};

/// Binds every listener and starts the I/O threads. An error names the listener and what to do. The settings must
/// outlive the server. The log says of each listener `NAME on ADDRESS`.
result<std::unique_ptr<server>> start(const server_settings& limits, std::span<const listener_settings> listeners,
                                      const handler_factory& make_handler, std::string_view name = "listening");

/// Whether certificate and key can be read and belong together; what is wrong, or nothing. For config::checks.
std::optional<std::string> check_tls(const tls_settings& files);

} // namespace hookd::http
