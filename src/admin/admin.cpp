#include "admin/desk.hpp"
#include "admin/reload_desk.hpp"

#include <hookd/admin/admin.hpp>

#include <utility>

namespace hookd::admin {

namespace {

/// Whoever asks is near and few: one thread, small limits.
server_settings small_limits() {
    constexpr unsigned connections = 64;
    server_settings limits;
    limits.threads = 1;
    limits.max_connections = connections;
    limits.max_connections_per_address = connections;
    limits.max_body = byte_size{64U << 10U};
    return limits;
}

listener_settings listener_at(std::string address) {
    return {.address = std::move(address), .tls = {}, .trusted_proxies = {}};
}

class served final : public administration {
public:
    explicit served(watched what) : watched_{std::move(what)}, started_{watched_.clock()}, reloads_{watched_.reload} {}

    result<void> open(const admin_settings& settings) {
        if (!settings.socket.empty()) {
            listeners_.push_back(listener_at("unix:" + settings.socket));
        }
        if (!settings.address.empty()) {
            listeners_.push_back(listener_at(settings.address));
        }
        if (listeners_.empty()) {
            return {};
        }
        auto server = http::start(
            limits_, listeners_, [this] { return std::make_unique<desk>(watched_, started_, reloads_); },
            "administration");
        if (!server) {
            return std::unexpected{server.error()};
        }
        server_ = std::move(*server);
        return {};
    }

    void drain(std::chrono::milliseconds patience) override {
        reloads_.close();
        if (server_ != nullptr) {
            server_->drain(patience);
        }
    }

private:
    const watched watched_;
    const unix_millis started_;
    reload_desk reloads_;
    const server_settings limits_ = small_limits();
    std::vector<listener_settings> listeners_;
    std::unique_ptr<http::server> server_;
};

} // namespace

result<std::unique_ptr<administration>> start(const admin_settings& settings, watched what) {
    auto made = std::make_unique<served>(std::move(what));
    if (auto opened = made->open(settings); !opened) {
        return std::unexpected{opened.error()};
    }
    return made;
}

} // namespace hookd::admin
