// SPDX-License-Identifier: MIT
#include "admin/route.hpp"

#include <catch2/catch.hpp>

#include <type_traits>

using namespace hookd;
using namespace hookd::admin;

namespace {

boost::asio::awaitable<response> none(const daemon_context&, const routed_request&) {
    co_return response{200};
}

constexpr route table[] = {
    {"GET", "/events/{id}", access::unix_socket, none, {}, "one"},
    {"GET", "/events", access::anyone, none, {}, "list"},
    {"POST", "/events", access::unix_socket, none, {}, "add"},
    {"POST", "/events/replay", access::unix_socket, none, {}, "replay"},
    {"GET", "/events/{sequence}/body", access::unix_socket, none, {}, "body"},
    {"PUT", "/{kind}/replay", access::anyone, none, {}, "other"},
};

/// The help of the route that gets the request; or why none does.
std::string routed(std::string_view method, std::string_view path) {
    const auto found = path_routes::find(table, path);
    if (!found) {
        return "unknown";
    }
    const route* const wanted = found->find(method);
    return wanted != nullptr ? std::string{wanted->help} : "allow: " + found->methods();
}

std::vector<std::string> segments(std::string_view path) {
    return path_routes::find(table, path).value().segments;
}

} // namespace

static_assert(!std::is_constructible_v<route, const char*, const char*, daemon_handler, const char*>,
              "a route says who may use it");
static_assert(!std::is_default_constructible_v<route>);

TEST_CASE("route: a path has as many methods as it has rows, each with its own handler and access") {
    CHECK(routed("GET", "/events") == "list");
    CHECK(routed("POST", "/events") == "add");
    CHECK(routed("PUT", "/events") == "allow: GET, HEAD, POST");
    const auto found = path_routes::find(table, "/events").value();
    CHECK(is_open_to(*found.find("GET"), peer_kind::ip));
    CHECK_FALSE(is_open_to(*found.find("POST"), peer_kind::ip));
    CHECK(is_open_to(*found.find("POST"), peer_kind::unix_socket));
    CHECK(found.any_open_to(peer_kind::ip));
    CHECK_FALSE(path_routes::find(table, "/events/1")->any_open_to(peer_kind::ip));
}

TEST_CASE("route: HEAD follows GET, and nothing else does") {
    CHECK(routed("HEAD", "/events") == "list");
    CHECK(routed("HEAD", "/events/replay") == "allow: POST");
    CHECK(routed("get", "/events") == "allow: GET, HEAD, POST");
}

TEST_CASE("route: a path belongs to the pattern that is text where others have a name, whatever the method") {
    CHECK(routed("POST", "/events/replay") == "replay");
    CHECK(routed("GET", "/events/replay") == "allow: POST");
    CHECK(routed("PUT", "/events/replay") == "allow: POST");
    CHECK(routed("PUT", "/sinks/replay") == "other");
    CHECK(routed("GET", "/events/replays") == "one");
    CHECK(routed("GET", "/events/replay/body") == "body");
}

TEST_CASE("route: a name takes one segment, decoded and not empty") {
    CHECK(segments("/events/a%2Fb%20c") == std::vector<std::string>{"a/b c"});
    CHECK(segments("/events/7/body") == std::vector<std::string>{"7"});
    CHECK(segments("/events").empty());
    for (const auto* path : {"", "/", "/events/", "/events/a/", "/events//body", "/events/%4", "/eventsx", "events",
                             "//events", "/events/a/b", "/events/{id}/body/"}) {
        CAPTURE(path);
        CHECK(routed("GET", path) == "unknown");
    }
}
