#pragma once

#include "admin/reload_desk.hpp"

#include <hookd/admin/admin.hpp>
#include <hookd/admin/events.hpp>

namespace hookd::admin {

/// Answers the requests that come to the administration's sockets. Peers on the Unix socket may control the daemon;
/// its file's mode says who they are. One for each socket, on the one thread of its server.
class desk final : public http::handler {
public:
    /// All three must outlive it.
    desk(const watched& what, unix_millis started, reload_desk& reloads)
        : watched_{what}, started_{started}, reloads_{reloads}, events_{events_of(what)} {}

    std::optional<answer> screen(const request& head) override;
    boost::asio::awaitable<answer> handle(const request& whole) override;

private:
    struct route;
    static const route* find(std::string_view path);
    static event_room events_of(const watched& what);

    answer health() const;
    answer readiness() const;
    answer metrics() const;
    answer status() const;
    answer sinks() const;
    boost::asio::awaitable<answer> about_events(const request& whole);
    boost::asio::awaitable<answer> about_one_sink(const request& whole);
    boost::asio::awaitable<answer> reload(const request& whole);

    const watched& watched_;
    const unix_millis started_;
    reload_desk& reloads_;
    const event_room events_;
};

} // namespace hookd::admin
