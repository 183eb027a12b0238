// SPDX-License-Identifier: MIT
#include "unix_server.hpp"

#include <hookd/http/client/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include <optional>

namespace asio = boost::asio;
using namespace hookd::http;

namespace {

client_result<client_response> get(const std::string& path, std::size_t keep_body) {
    asio::io_context context;
    client asking{context, find_unix_destination(path).value(), {.keep_body = keep_body}};
    std::optional<client_result<client_response>> outcome;
    asio::co_spawn(context, asking.request("GET", "/", {}, {}),
                   [&](const std::exception_ptr& thrown, client_result<client_response> what) {
                       REQUIRE_FALSE(thrown);
                       outcome = std::move(what);
                       context.stop();
                   });
    context.run();
    return std::move(*outcome);
}

hookd::response with_body(std::string body) {
    return {.status = 200, .made = std::make_shared<std::string>(std::move(body))};
}

} // namespace

TEST_CASE("client: a server on a Unix socket is reached, and sees a Unix peer") {
    std::string seen;
    hookd::peer_kind peer{};
    const unix_server server{[&](const hookd::request& what) {
        seen = what.client;
        peer = what.peer;
        return with_body("hello");
    }};
    const auto answer = get(server.path(), 100);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "hello");
    CHECK(seen == "unix");
    CHECK(peer == hookd::peer_kind::unix_socket);
}

TEST_CASE("client: of a body it keeps up to the limit, and reads to the end of the response") {
    const std::string large(300'000, 'x');
    const unix_server server{[&](const hookd::request&) { return with_body(large); }};
    CHECK(get(server.path(), 1'000'000)->body == large);
    CHECK(get(server.path(), 1'000)->body == large.substr(0, 1'000));
    CHECK(get(server.path(), 0)->body.empty());
}

TEST_CASE("client: a missing Unix socket is unreachable, and an impossible path is an error") {
    CHECK(get("/nowhere/socket", 0).error().kind == client_errc::unreachable);
    CHECK_FALSE(find_unix_destination(""));
    CHECK_FALSE(find_unix_destination("/" + std::string(108, 'x')));
    CHECK(find_unix_destination("/" + std::string(106, 'x')));
}

TEST_CASE("server: what it has done and where it listens can be seen from outside") {
    const unix_server server{[](const hookd::request&) { return hookd::response{404, "no\n"}; }};
    REQUIRE(get(server.path(), 0));
    const auto& counted = server.server().metrics();
    CHECK(counted.connections_opened.value() == 1);
    CHECK(counted.answers[static_cast<std::size_t>(std::ranges::find(known_statuses, 404U) - known_statuses.begin())]
              .value() == 1);
    const auto listeners = server.server().listeners();
    REQUIRE(listeners.size() == 1);
    CHECK(listeners.front().address == "unix:" + server.path());
    CHECK_FALSE(listeners.front().tls);
    CHECK_FALSE(listeners.front().certificate_expiry);
}
