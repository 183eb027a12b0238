// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/http/client/client.hpp>
#include <hookd/http/client/url.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>

namespace hookd::http {

/// Resolves a server's destination without blocking: a lookup may take long, and nothing can interrupt getaddrinfo(3).
/// Lookups run in a separate thread, one at a time for all waiters, and the result is kept until a connection fails.
/// Belongs to the thread of its io_context, and must not outlive the io_context; a lookup in flight then ends by
/// itself, and its result is dropped.
class resolver {
public:
    using clock = std::chrono::steady_clock;

    resolver(boost::asio::io_context& context, url where, client_trust trust);
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;
    ~resolver();

    /// Waits until `latest`; after that, or if cancelled (it does not throw), returns `unknown_host`. The lookup
    /// continues, for the next caller.
    boost::asio::awaitable<client_result<destination_ptr>> find(clock::time_point latest);

    /// No connection could be made to it: forgets it, so that the next `find` looks it up again.
    void forget(const destination_ptr& where);

private:
    struct lookup;
    bool begin();

    boost::asio::io_context& context_;
    url where_;
    client_trust trust_;
    destination_ptr found_;
    std::shared_ptr<lookup> under_way_; // shared with its thread; null: none
};

} // namespace hookd::http
