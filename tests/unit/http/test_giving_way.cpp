// SPDX-License-Identifier: MIT
#include "http/server/io_thread.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <latch>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace hookd;
using namespace hookd::http;

namespace {

std::optional<ip_address> address(const char* text) {
    return ip_address::parse(text);
}

server_settings one_from_each_address() {
    server_settings limits;
    limits.max_connections = 2;
    limits.max_connections_per_address = 1;
    return limits;
}

/// An idle connection from 192.0.2.1. Its thread has ended, so that what is the thread's is this one's.
struct idle_connection {
    idle_connection() {
        thread.start();
        std::latch installed{1};
        thread.install(std::make_shared<const settings_snapshot>(limits), {}, [&] { installed.count_down(); });
        installed.wait();
        thread.begin_drain();
        thread.join();
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        peer.reset(ends[1]);
        http::socket ours{context, asio::generic::stream_protocol{AF_UNIX, 0}, ends[0]};
        connection_limits::refusal why{};
        auto permit = shared.connections.admit(address("192.0.2.1"), why);
        REQUIRE(permit);
        what = std::make_unique<connection>(thread, std::make_shared<const listener>(), std::move(ours),
                                            make_plain_transport(ends[0]), address("192.0.2.1"), std::move(*permit));
    }

    bool gave_way() const { return shared.metrics.limit_reached_within(limit_effect::gave_way, std::chrono::hours{1}); }

    const server_settings limits = one_from_each_address();
    server_state shared{limits};
    io_thread thread{shared};
    asio::io_context context;
    unique_fd peer;
    std::unique_ptr<connection> what;
};

/// A listening socket of 127.0.0.1, and its address.
std::pair<unique_fd, sockaddr_in> listening() {
    unique_fd descriptor{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof where;
    auto* const generic = reinterpret_cast<sockaddr*>(&where);
    REQUIRE(::bind(descriptor.get(), generic, length) == 0);
    REQUIRE(::listen(descriptor.get(), 1) == 0);
    REQUIRE(::getsockname(descriptor.get(), generic, &length) == 0);
    return {std::move(descriptor), where};
}

} // namespace

TEST_CASE("io thread: a connection is not handed over to a thread that has drained, but refused") {
    idle_connection idle; // its thread has ended
    connection_limits::refusal why{};
    const auto last_place = idle.shared.connections.admit(address("192.0.2.2"), why);
    REQUIRE(last_place);
    io_thread accepting{idle.shared};
    idle.shared.threads = {&accepting, &idle.thread};
    auto [descriptor, where] = listening();
    std::vector<accepting_socket> sockets;
    sockets.push_back({"listener", std::move(descriptor)});
    const auto entry = std::make_shared<const listener>(listener{{}, {}, "listener", "listener"});
    accepting.start();
    std::latch installed{1};
    accepting.install(std::make_shared<const settings_snapshot>(settings_snapshot{idle.limits, {entry}, nullptr}),
                      std::move(sockets), [&] { installed.count_down(); });
    installed.wait();

    const unique_fd client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const timeval patience{.tv_sec = 10, .tv_usec = 0}; // for a connection that nobody closes
    ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    CHECK(::connect(client.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0);
    char byte{};
    CHECK(::recv(client.get(), &byte, 1, 0) == 0);
    CHECK(idle.shared.metrics.limit_reached_within(limit_effect::refused_connection, std::chrono::hours{1}));
    CHECK(idle.shared.handed_over == 0);
    accepting.begin_drain();
    accepting.join();
}

TEST_CASE("connection: it gives its place to a new one, and is at its end") {
    idle_connection idle;
    connection_limits::refusal why{};
    const auto place = idle.what->give_way(address("192.0.2.2"));
    CHECK(place);
    CHECK(idle.gave_way());
    CHECK_FALSE(idle.what->stranger.is_linked());
    CHECK_FALSE(idle.shared.connections.admit(address("192.0.2.2"), why));
}

TEST_CASE("connection: it goes on if the new one is not accepted after all, because its address is at its limit") {
    idle_connection idle;
    connection_limits::refusal why{};
    const auto other = idle.shared.connections.admit(address("192.0.2.2"), why);
    REQUIRE(other);
    CHECK_FALSE(idle.what->give_way(address("192.0.2.2")));
    CHECK_FALSE(idle.gave_way());
    CHECK(idle.what->stranger.is_linked());
    CHECK_FALSE(idle.shared.connections.admit(address("192.0.2.1"), why));
}
