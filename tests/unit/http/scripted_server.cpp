// SPDX-License-Identifier: MIT
#include "scripted_server.hpp"

#include <array>
#include <charconv>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

scripted_peer::~scripted_peer() {
    close(socket_);
}

bool scripted_peer::read_some() {
    std::array<char, 65536> block{};
    const ssize_t got = recv(socket_, block.data(), block.size(), 0);
    if (got > 0) {
        pending_.append(block.data(), static_cast<std::size_t>(got));
    }
    return got > 0;
}

std::string scripted_peer::read_request() {
    std::size_t whole = std::string::npos;
    while (pending_.size() < whole) {
        const auto head_end = pending_.find("\r\n\r\n");
        if (whole == std::string::npos && head_end != std::string::npos) {
            constexpr std::string_view name = "Content-Length: ";
            const auto at = pending_.find(name);
            std::size_t length = 0;
            if (at < head_end) {
                std::from_chars(&pending_[at + name.size()], &pending_[head_end], length);
            }
            whole = head_end + 4 + length;
        } else if (!read_some()) {
            break;
        }
    }
    const std::string request = pending_.substr(0, whole);
    pending_.erase(0, whole);
    return request;
}

void scripted_peer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void scripted_peer::read_to_end() {
    while (read_some()) {
        pending_.clear();
    }
}

void scripted_peer::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

scripted_server::scripted_server(script what)
    : what_{std::move(what)}, socket_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (socket_ < 0 || bind(socket_, reinterpret_cast<sockaddr*>(&address), length) != 0 || listen(socket_, 16) != 0 ||
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        throw std::runtime_error("the test cannot listen on 127.0.0.1");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
}

scripted_server::~scripted_server() {
    shutdown(socket_, SHUT_RDWR); // ends accept(2)
    thread_.join();
    close(socket_);
}

void scripted_server::serve() {
    for (;;) {
        const int accepted = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted < 0) {
            return;
        }
        scripted_peer peer{accepted};
        what_(peer, connections_++);
    }
}
