// SPDX-License-Identifier: MIT
#include "http/server/connection.hpp"
#include "http/server/io_thread.hpp"
#include "http/server/log_kinds.hpp"
#include "http/server/proxy_header_reader.hpp"

namespace hookd::http {

/// Whether the peer's information about its clients is trusted.
bool connection::trusts_peer() const {
    const auto& settings = where_->settings;
    return !nameless_ && (address_ ? contains(settings.trusted_proxies, *address_) : settings.trust_unix);
}

/// Reads the PROXY header if the listener has proxy_protocol: from then on the connection belongs to the client that it
/// names. The header is never guessed: without the setting none is looked for, with it one is required.
asio::awaitable<bool> connection::take_proxy_header() {
    if (!where_->settings.proxy_protocol) {
        co_return true;
    }
    auto& metrics = home_.shared().metrics;
    if (!trusts_peer()) {
        metrics.proxy_refused.add();
        log(log_kinds::proxy_headers, "refused a connection",
            "proxy_protocol is set, but the peer is not in trusted_proxies");
        co_return false;
    }
    proxy_header_reader reader{socket_.native_handle()};
    auto status = reader.read();
    while (status == io_status::want_read && co_await wait_for(status)) {
        status = reader.read();
    }
    if (status == io_status::done) {
        co_return adopt(reader.header().source);
    }
    const bool health_check = status == io_status::end && !reader.begun(); // only checks whether somebody listens
    if (!cut_ && !health_check) {
        const auto& error = reader.header().error;
        metrics.proxy_refused.add();
        log(log_kinds::proxy_headers, "refused a connection",
            expired_        ? "the PROXY header took longer than tls_timeout"
            : error.empty() ? "the connection ended inside the PROXY header"
                            : error);
    }
    co_return false;
}

/// The connection belongs to `source` and counts as such. Without one it stays the proxy's own, and because the origin
/// of its requests is unknown, no address in them is trusted.
bool connection::adopt(const std::optional<ip_address>& source) {
    if (!source) {
        nameless_ = true;
        return true;
    }
    address_ = source;
    name_peer();
    if (!trusts_peer() && !permit_.count_for(*source)) {
        home_.shared().metrics.limit_reached(limit_effect::refused_from_address);
        log(log_kinds::refused_connections, "refused a connection", "max_connections_per_address reached");
        return false;
    }
    return true;
}

} // namespace hookd::http
