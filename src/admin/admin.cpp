// SPDX-License-Identifier: MIT
#include "admin/rates.hpp"
#include "admin/reload_handler.hpp"
#include "admin/router.hpp"

#include <hookd/admin/admin.hpp>
#include <hookd/core/mutex.hpp>

#include <atomic>
#include <chrono>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace hookd::admin {

namespace {

/// Few clients, all nearby: one thread, small limits. No request is signed here, so the connection that has been idle
/// longest always gives way to a new one; and none may be idle for long.
server_settings small_limits() {
    constexpr std::chrono::milliseconds patience{5'000};
    server_settings limits;
    limits.threads = 1;
    limits.max_connections = most_connections;
    limits.max_connections_per_address = std::numeric_limits<unsigned>::max();
    limits.header_timeout = patience;
    limits.body_timeout = patience;
    limits.idle_timeout = patience;
    limits.max_body = byte_size{64U << 10U};
    return limits;
}

class admin_server final : public administration {
public:
    explicit admin_server(context what)
        : context_{std::move(what)}, started_{context_.clock()}, reloads_{context_.reload} {}

    /// Each on a server of its own, so that read-only clients cannot use up the connections of those that control the
    /// daemon.
    result<void> open(const admin_settings& settings) {
        for (const auto& address : {"unix:" + settings.socket, settings.address}) {
            if (address.empty()) {
                continue;
            }
            const listener_settings where{.address = address, .tls = {}, .trusted_proxies = {}, .health_checks = true};
            auto server = http::start(small_limits(), std::span{&where, 1}, routers(), "administration");
            if (!server) {
                return std::unexpected{server.error()};
            }
            servers_.push_back({.where = where, .server = std::move(*server)});
        }
        return {};
    }

    result<void> open_again() override {
        for (const auto& each : servers_) {
            auto opened = each.server->prepare(small_limits(), std::span{&each.where, 1}, routers());
            if (!opened) {
                return std::unexpected{opened.error()};
            }
            const mutex_lock lock{mutex_};
            if (!draining_) {
                (*opened)->commit();
            }
        }
        return {};
    }

    void sample() override { rates_.sample(rates::count(context_), rates::clock::now()); }

    void drain(std::chrono::milliseconds patience) override {
        reloads_.close();
        {
            const mutex_lock lock{mutex_};
            draining_ = true;
        }
        for (const auto& each : servers_) {
            each.server->drain(patience);
        }
    }

private:
    struct one_server {
        listener_settings where;
        std::unique_ptr<http::server> server;
    };

    http::handler_factory routers() {
        return [this] { return std::make_unique<router>(context_, started_, reloads_, rates_, streams_); };
    }

    const context context_;
    const unix_millis started_;
    reload_handler reloads_;
    rates rates_;
    std::atomic<unsigned> streams_ = 0;
    std::vector<one_server> servers_;
    mutex mutex_; // also held while a server is changed
    bool draining_ HOOKD_GUARDED_BY(mutex_) = false;
};

} // namespace

result<std::unique_ptr<administration>> start(const admin_settings& settings, context what) {
    auto made = std::make_unique<admin_server>(std::move(what));
    if (auto opened = made->open(settings); !opened) {
        return std::unexpected{opened.error()};
    }
    return made;
}

} // namespace hookd::admin
