// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/http/client.hpp>
#include <hookd/http/url.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>

namespace hookd::http {

/// Finds a server's destination without blocking whoever waits for it: a name may take the resolver long, and nothing
/// can interrupt getaddrinfo(3). It is looked up on a thread of its own, one at a time however many wait, and is kept
/// until someone says that nothing answers there. Belongs to its io_context's one thread, and must not outlive the
/// io_context; a lookup that is under way then ends by itself, and nobody hears of it.
class resolver {
public:
    using clock = std::chrono::steady_clock;

    resolver(boost::asio::io_context& context, url where, client_trust trust);
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;
    ~resolver();

    /// Until `latest`; then, or cancelled (it does not throw), `unknown_host`. The lookup goes on, for the next caller.
    boost::asio::awaitable<client_result<destination_ptr>> find(clock::time_point latest);

    /// No connection could be made to it: unless it was forgotten already, the next `find` looks again.
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
