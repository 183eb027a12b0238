// SPDX-License-Identifier: MIT
#pragma once

#include "answering_handler.hpp"

#include <hookd/http/server/server.hpp>

#include <algorithm>
#include <chrono>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <vector>

/// The real server on a port of 127.0.0.1 that the kernel chose.
class running_server {
public:
    /// `what` is called on the server's thread.
    explicit running_server(answering what, std::optional<hookd::tls_settings> tls = std::nullopt) {
        limits_.threads = 1;
        listeners_.push_back({.address = "127.0.0.1:0", .tls = std::move(tls), .trusted_proxies = {}});
        const auto before = listening_ports();
        auto started =
            hookd::http::start(limits_, listeners_, [what] { return std::make_unique<answering_handler>(what); });
        if (!started) {
            throw std::runtime_error(started.error().message);
        }
        server_ = std::move(*started);
        for (const auto port : listening_ports()) {
            if (std::ranges::find(before, port) == before.end()) {
                port_ = port;
            }
        }
    }
    running_server(const running_server&) = delete;
    running_server& operator=(const running_server&) = delete;
    ~running_server() { server_->drain(std::chrono::seconds{2}); }

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& host = "127.0.0.1") const {
        return (listeners_.front().tls ? "https://" : "http://") + host + ':' + std::to_string(port_) + "/hook";
    }

private:
    /// The server does not say where it listens, but its sockets do.
    static std::vector<std::uint16_t> listening_ports() {
        std::vector<std::uint16_t> ports;
        rlimit limit{};
        getrlimit(RLIMIT_NOFILE, &limit);
        for (int fd = 0; fd < static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1024)); ++fd) {
            int listening = 0;
            socklen_t size = sizeof listening;
            sockaddr_in address{};
            socklen_t length = sizeof address;
            if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening == 1 &&
                getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0 && address.sin_family == AF_INET) {
                ports.push_back(ntohs(address.sin_port));
            }
        }
        return ports;
    }

    hookd::server_settings limits_;
    std::vector<hookd::listener_settings> listeners_;
    std::unique_ptr<hookd::http::server> server_;
    std::uint16_t port_ = 0;
};
