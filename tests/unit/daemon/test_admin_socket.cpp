// SPDX-License-Identifier: MIT
#include "daemon/support.hpp"

#include <catch2/catch.hpp>

using namespace hookd::daemon;
using hookd::config::syntax;

TEST_CASE("config: the admin socket is known whatever else is wrong with the file") {
    const scratch place;
    CHECK(read_admin_socket(place.write("a.toml", "[admin]\nsocket = \"/run/x.sock\"\n")).value() == "/run/x.sock");
    CHECK(read_admin_socket(place.write("b.toml", "[[endpoint]]\nsecrets = [{ file = \"/nowhere\" }]\nx = 1\n[admin]\n"
                                                  "nonsense = 1\naddress = 7\nsocket = \"/run/x.sock\"\n"))
              .value() == "/run/x.sock");
    CHECK(read_admin_socket(place.write("c.json", R"({"admin":{"socket":"/run/x.sock"}})")).value() == "/run/x.sock");
}

TEST_CASE("config: the admin socket has its default in a file that does not name it") {
    const scratch place;
    const auto usual = hookd::admin_settings{}.socket;
    CHECK(read_admin_socket(place.write("a.toml", "")).value() == usual);
    CHECK(read_admin_socket(place.write("b.toml", "[admin]\naddress = \"\"\n")).value() == usual);
}

TEST_CASE("config: the admin socket's path takes environment variables") {
    const scratch place;
    const environment there{{{"HOOKD_TEST_RUN", "/run/there"}}};
    const auto path = place.write("a.toml", "[admin]\nsocket = \"${HOOKD_TEST_RUN}/x.sock\"\n");
    CHECK(read_admin_socket(path).value() == "/run/there/x.sock");
}

TEST_CASE("config: errors that hide the admin socket are reported with their place") {
    const scratch place;
    const auto broken = place.write("a.toml", "[admin\n");
    CHECK(read_admin_socket(broken).error().message.starts_with(broken + ":1:"));
    const auto wrong = place.write("b.toml", "[admin]\nsocket = 7\n");
    CHECK(read_admin_socket(wrong).error().message.starts_with(wrong + ":2:10: admin.socket: "));
    CHECK(read_admin_socket(place.path("missing")).error().message.starts_with(place.path("missing") + ": "));
}

TEST_CASE("config: the endpoints' paths are known before their secrets are there") {
    const scratch place;
    const auto path = place.write("a.toml", "[[endpoint]]\npath = \"/a\"\nsecrets = [{ file = \"/nowhere\" }]\n"
                                            "[[endpoint]]\npath = \"/b/\"\n[admin]\nsocket = 7\n");
    CHECK(read_endpoint_paths(path).value() == std::vector<std::string>{"/a", "/b/"});
    CHECK_FALSE(read_endpoint_paths(place.path("missing")));
}
