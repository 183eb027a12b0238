// SPDX-License-Identifier: MIT
#include "http/transport/tls_input.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using hookd::http::tls_input;
using bytes = std::vector<std::uint8_t>;
using error = tls_input::error;

namespace {

bytes record(std::uint8_t type, std::size_t size, std::uint8_t fill = 7) {
    bytes made{type, 3, 3, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)};
    made.resize(5 + size, fill);
    return made;
}

void receive(tls_input& into, std::span<const std::uint8_t> what) {
    while (!what.empty()) {
        const auto room = into.room();
        REQUIRE_FALSE(room.empty());
        const auto count = std::min(room.size(), what.size());
        std::ranges::copy(what.first(count), room.begin());
        into.filled(count, false);
        what = what.subspan(count);
    }
}

/// As OpenSSL takes a record: its header, then the rest.
bytes take(tls_input& from) {
    bytes taken(20'000);
    std::size_t count = from.take(std::span{taken}.first(5));
    count += from.take(std::span{taken}.subspan(count));
    taken.resize(count);
    return taken;
}

tls_input client() {
    return tls_input{false};
}

} // namespace

TEST_CASE("TLS input: a record is given whole, however it came") {
    const auto what = record(23, 3000);
    const auto step = GENERATE(std::size_t{1}, std::size_t{1000}, std::size_t{5000});
    auto input = client();
    for (std::size_t at = 0; at < what.size(); at += step) {
        CHECK_FALSE(input.ready());
        CHECK(take(input).empty());
        receive(input, std::span{what}.subspan(at, std::min(step, what.size() - at)));
        input.park();
    }
    CHECK(input.ready());
    CHECK(take(input) == what);
    CHECK_FALSE(input.ready());
}

TEST_CASE("TLS input: the memory of a record's part is given back once OpenSSL has the record") {
    const auto what = record(23, 3000);
    auto input = client();
    receive(input, std::span{what}.first(2000));
    input.park();
    CHECK(input.memory() >= 2000);
    receive(input, std::span{what}.subspan(2000));
    CHECK(take(input) == what);
    input.park();
    CHECK(input.memory() == 0);
}

TEST_CASE("TLS input: several records that came at once are given one by one") {
    auto input = client();
    auto both = record(23, 100, 1);
    std::ranges::copy(record(23, 200, 2), std::back_inserter(both));
    receive(input, both);
    CHECK(take(input) == record(23, 100, 1));
    input.park();
    CHECK(input.ready());
    CHECK(take(input) == record(23, 200, 2));
}

TEST_CASE("TLS input: connections of a thread do not see each other's bytes") {
    auto one = client();
    auto other = client();
    const auto whole = record(23, 3000, 1);
    receive(one, std::span{whole}.first(2000));
    one.park();
    receive(other, record(23, 2500, 2));
    CHECK(take(other) == record(23, 2500, 2));
    other.park();
    receive(one, std::span{whole}.subspan(2000));
    CHECK(take(one) == whole);
}

TEST_CASE("TLS input: too many records without data in a row end the connection, any number between data do not") {
    auto input = client();
    input.handshake_done();
    for (unsigned i = 0; i < 200; ++i) {
        for (int update = 0; update < 2; ++update) {
            receive(input, record(23, 20));
            CHECK_FALSE(take(input).empty());
        }
        input.data_came();
        input.data_came(); // what one record held may be read in parts
    }
    for (unsigned i = 0; i < tls_input::most_records_without_data; ++i) {
        receive(input, record(23, 20));
        CHECK_FALSE(take(input).empty());
    }
    CHECK(input.why() == error::none);
    receive(input, record(23, 20));
    CHECK(take(input).empty());
    CHECK(input.why() == error::too_many_records);
    CHECK(input.ready());
}

TEST_CASE("TLS input: a handshake has as many, and what follows has its own") {
    auto input = client();
    for (unsigned i = 0; i < 2 * tls_input::most_records_without_data; ++i) {
        if (i == tls_input::most_records_without_data) {
            input.handshake_done();
        }
        receive(input, record(22, 20));
        CHECK_FALSE(take(input).empty());
    }
    receive(input, record(22, 20));
    CHECK(take(input).empty());
}

TEST_CASE("TLS input: a record that is too long is refused with its header, a client's in its handshake sooner") {
    const auto refused = [](bool server, bool in_handshake, std::size_t size) {
        tls_input input{server};
        if (!in_handshake) {
            input.handshake_done();
        }
        const auto whole = record(23, size);
        receive(input, std::span{whole}.first(5));
        return input.ready() && take(input).empty() && input.why() == error::record_too_long;
    };
    CHECK(refused(true, true, 4353));
    CHECK_FALSE(refused(true, true, 4352));
    for (const bool server : {false, true}) {
        CHECK(refused(server, false, 16'641));
        CHECK_FALSE(refused(server, false, 16'640));
    }
    CHECK(refused(false, true, 16'641));
    CHECK_FALSE(refused(false, true, 16'640));
}

TEST_CASE("TLS input: a ClientHello that is too long is refused") {
    tls_input server{true};
    const bytes begin{22, 3, 1, 0, 100, 1, 0, 16, 1}; // 4097 bytes
    receive(server, begin);
    CHECK(take(server).empty());
    CHECK(server.why() == error::client_hello_too_long);
}

TEST_CASE("TLS input: of data that is not TLS, OpenSSL gets the beginning and reports the error") {
    tls_input server{true};
    const std::string text = "GET / HTTP/1.1\r\n";
    receive(server, bytes{text.begin(), text.end()});
    CHECK(server.ready());
    CHECK(take(server) == bytes{'G', 'E', 'T', ' ', '/'});
    CHECK(server.why() == error::no_tls);
}
