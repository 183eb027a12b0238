// SPDX-License-Identifier: MIT
#include "campaign.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <sys/epoll.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;

constexpr std::size_t handshakes_at_a_time = 128;
constexpr auto patience = 30s;

} // namespace

campaign::campaign(std::uint16_t port, bool tls)
    : port_{port}, tls_{tls ? client_context() : decltype(tls_){nullptr, SSL_CTX_free}},
      poll_{::epoll_create1(EPOLL_CLOEXEC)} {}

campaign::~campaign() {
    wires_.clear();
    ::close(poll_);
}

wire& campaign::connect() {
    wires_.push_back(std::make_unique<wire>(poll_, port_, tls_.get()));
    return *wires_.back();
}

std::vector<wire*> campaign::connect(std::size_t count) {
    std::vector<wire*> made;
    std::size_t opening = 0;
    while (made.size() < count || opening > 0) {
        while (made.size() < count && opening < handshakes_at_a_time) {
            made.push_back(&connect());
            opening += tls_ ? 1 : 0;
        }
        if (opening > 0) {
            wait(clock::now() + patience, [&](wire&, progress came) { opening -= came == progress::open ? 1 : 0; });
        }
    }
    return made;
}

void campaign::forget(wire& one) {
    const auto place = std::ranges::find(wires_, &one, &std::unique_ptr<wire>::get);
    std::swap(*place, wires_.back());
    wires_.pop_back();
}

void campaign::wait(clock::time_point until, const std::function<void(wire&, progress)>& came_to) {
    std::array<epoll_event, 64> ready{};
    const auto left = std::max(std::chrono::nanoseconds{until - clock::now()}, 0ns);
    const timespec limit{.tv_sec = left / 1s, .tv_nsec = (left % 1s).count()};
    const int events = ::epoll_pwait2(poll_, ready.data(), ready.size(), &limit, nullptr);
    if (events < 0 && errno != EINTR) {
        throw std::runtime_error("epoll_pwait2 fails");
    }
    if (events == 0 && left >= patience / 2) {
        throw std::runtime_error("nothing came for a long time");
    }
    for (int i = 0; i < events; ++i) {
        auto& one = *static_cast<wire*>(ready.at(static_cast<std::size_t>(i)).data.ptr);
        came_to(one, one.advance());
    }
}

void wait_for_the_word(std::size_t connections) {
    std::printf("{\"connected\": %zu}\n", connections);
    std::fflush(stdout);
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) > 0 && byte != '\n') {
    }
}
