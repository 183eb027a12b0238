// SPDX-License-Identifier: MIT
#include "http/server/listening_socket.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace hookd;

namespace {

class directory {
public:
    directory() {
        std::string name = (std::filesystem::temp_directory_path() / "hookd-listen-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;
    ~directory() { std::filesystem::remove_all(path_); }

    std::string socket() const { return (path_ / "socket").string(); }

private:
    std::filesystem::path path_;
};

/// Empty: it could be opened.
std::string error_of(const std::string& path) {
    const auto opened = http::open_listening_sockets("unix:" + path, 2, {});
    return opened ? "" : opened.error().message;
}

/// A connection to it; nothing where nobody listens, or the backlog is full.
std::optional<unique_fd> connect_to(const std::string& path) {
    unique_fd client{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    if (connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return std::nullopt;
    }
    return client;
}

} // namespace

TEST_CASE("listening: a Unix socket on which somebody listens is not removed") {
    const directory here;
    const auto live = http::open_listening_sockets("unix:" + here.socket(), 1, {});
    REQUIRE(live);
    CHECK(error_of(here.socket()).contains("is no other program using it?"));
    CHECK(live->file->is_there());
    CHECK(connect_to(here.socket()));
}

TEST_CASE("listening: a Unix socket whose backlog is full is in use too") {
    const directory here;
    const auto live = http::open_listening_sockets("unix:" + here.socket(), 1, {});
    REQUIRE(live);
    listen(live->descriptors.front().get(), 0);
    std::vector<unique_fd> waiting;
    while (auto client = connect_to(here.socket())) {
        waiting.push_back(std::move(*client));
    }
    CHECK_FALSE(error_of(here.socket()).empty());
    CHECK(live->file->is_there());
}

TEST_CASE("listening: a Unix socket that a dead process left is replaced, and no other file is") {
    const directory here;
    {
        const auto left = http::open_listening_sockets("unix:" + here.socket(), 1, {});
        REQUIRE(left);
    }
    CHECK(std::filesystem::is_socket(here.socket()));
    CHECK(error_of(here.socket()).empty());
    std::filesystem::remove(here.socket());
    std::ofstream{here.socket()} << "text";
    CHECK_FALSE(error_of(here.socket()).empty());
    CHECK(std::filesystem::is_regular_file(here.socket()));
}

TEST_CASE("listening: an IPv6 address is IPv6 only, whatever the system's default is") {
    const auto opened = http::open_listening_sockets("[::]:0", 2, {});
    REQUIRE(opened);
    for (const auto& each : opened->descriptors) {
        int only = 0;
        socklen_t size = sizeof only;
        REQUIRE(getsockopt(each.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, &size) == 0);
        CHECK(only == 1);
    }
}
