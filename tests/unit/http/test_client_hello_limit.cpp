// SPDX-License-Identifier: MIT
#include "http/transport/client_hello_limit.hpp"

#include <catch2/catch.hpp>

#include <vector>

using hookd::http::client_hello_limit;
using bytes = std::vector<std::uint8_t>;

namespace {

bytes record(std::uint8_t type, const bytes& payload) {
    bytes made{type, 3, 1, static_cast<std::uint8_t>(payload.size() >> 8U), static_cast<std::uint8_t>(payload.size())};
    made.insert(made.end(), payload.begin(), payload.end());
    return made;
}

/// The first `there` bytes of a hello that says it has `size`.
bytes hello(std::size_t size, std::size_t there) {
    bytes made{1, static_cast<std::uint8_t>(size >> 16U), static_cast<std::uint8_t>(size >> 8U),
               static_cast<std::uint8_t>(size)};
    made.resize(4 + there, 7);
    return made;
}

bytes operator+(bytes first, const bytes& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// Whole and byte by byte, which must be the same.
bool admits(client_hello_limit watch, const bytes& what, bool no_second = false) {
    auto slow = watch;
    bool each = true;
    for (std::size_t i = 0; i < what.size() && each; ++i) {
        each = slow.admits(std::span{what}.subspan(i, 1), no_second);
    }
    const bool whole = watch.admits(what, no_second);
    CHECK(whole == each);
    return whole;
}

client_hello_limit after(const bytes& what) {
    client_hello_limit watch;
    CHECK(watch.admits(what, false));
    return watch;
}

} // namespace

TEST_CASE("client hello limit: a hello of a usual size is let through, in however many records it comes") {
    CHECK(admits({}, record(22, hello(500, 500))));
    CHECK(admits({}, record(22, hello(4096, 3000)) + record(22, bytes(1096, 1)) + record(23, bytes(100, 255))));
}

TEST_CASE("client hello limit: one that is larger is found with the byte that says so") {
    CHECK_FALSE(admits({}, record(22, hello(4097, 0))));
    CHECK_FALSE(admits({}, record(22, hello(131'072, 0))));
}

TEST_CASE("client hello limit: it cannot be hidden in a record that ends within its size") {
    CHECK_FALSE(admits({}, record(22, {1, 2})));
}

TEST_CASE("client hello limit: a second hello is looked at, too, also when it has come with the first") {
    const auto first = record(22, hello(500, 500));
    const auto large = record(22, hello(131'072, 0));
    CHECK_FALSE(admits({}, first + large));
    CHECK_FALSE(admits({}, first + record(20, {1}) + large));
    CHECK_FALSE(admits(after(first), large));
    CHECK_FALSE(admits(after(first), record(21, {1, 90}) + large));
    CHECK_FALSE(admits(after(first), record(23, bytes(300, 9)) + large));
    CHECK(admits(after(first), record(20, {1}) + record(22, hello(600, 600)) + large)); // OpenSSL refuses a third
}

TEST_CASE("client hello limit: what follows in TLS 1.2 is not a ClientHello") {
    const auto first = record(22, hello(500, 500));
    CHECK(admits(after(first), record(20, {1}) + record(22, hello(131'072, 100)), true));
    CHECK(admits(after(first), record(22, {16, 0, 1, 0}) + record(22, hello(131'072, 0))));
}

TEST_CASE("client hello limit: what is not TLS is left to OpenSSL") {
    client_hello_limit watch;
    const std::string_view text = "GET / HTTP/1.1\r\n";
    CHECK(watch.admits({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, false));
    CHECK(watch.done());
}
