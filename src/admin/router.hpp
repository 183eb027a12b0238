// SPDX-License-Identifier: MIT
#pragma once

#include "admin/reload_handler.hpp"

#include <hookd/admin/admin.hpp>
#include <hookd/admin/event_handlers.hpp>

namespace hookd::admin {

/// Handles requests to the admin server's sockets. Peers on the Unix socket may control the daemon; its file mode
/// decides who they are. One per socket, on its server's only thread.
class router final : public http::handler {
public:
    /// All three must outlive it.
    router(const context& what, unix_millis started, reload_handler& reloads)
        : context_{what}, started_{started}, reloads_{reloads}, events_{event_context_of(what)} {}

    std::optional<response> screen(const request& head) override;
    boost::asio::awaitable<response> handle(const request& whole) override;

private:
    struct route;
    static const route* find(std::string_view path);
    static event_context event_context_of(const context& what);

    response health() const;
    response readiness() const;
    response metrics() const;
    response status() const;
    response sinks() const;
    boost::asio::awaitable<response> about_events(const request& whole);
    boost::asio::awaitable<response> about_one_sink(const request& whole);
    boost::asio::awaitable<response> reload(const request& whole);

    const context& context_;
    const unix_millis started_;
    reload_handler& reloads_;
    const event_context events_;
};

} // namespace hookd::admin
