// SPDX-License-Identifier: MIT
#include "http/server/io_thread.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <latch>
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

} // namespace

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
