// SPDX-License-Identifier: MIT
#include "http/server/proxy_header_reader.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

using namespace hookd;
using http::io_status;

namespace {

const std::string line = "PROXY TCP4 192.0.2.7 10.0.0.1 4660 443\r\n";

class connected {
public:
    connected() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()) == 0); }
    connected(const connected&) = delete;
    connected& operator=(const connected&) = delete;
    ~connected() {
        close(ends_[0]);
        end();
    }
    int socket() const { return ends_[0]; }
    void send(const std::string& bytes) {
        REQUIRE(write(ends_[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    void end() {
        if (ends_[1] >= 0) {
            close(ends_[1]);
            ends_[1] = -1;
        }
    }
    std::string rest() {
        std::array<char, 256> buffer{};
        const auto count = read(ends_[0], buffer.data(), buffer.size());
        return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }

private:
    std::array<int, 2> ends_{};
};

} // namespace

TEST_CASE("proxy header reader: takes the header's bytes and leaves the next one") {
    connected pair;
    pair.send(line + "GET / HTTP/1.1\r\n");
    http::proxy_header_reader reader{pair.socket()};
    REQUIRE(reader.read() == io_status::done);
    CHECK(reader.header().source->text() == "192.0.2.7");
    CHECK(pair.rest() == "GET / HTTP/1.1\r\n");
}

TEST_CASE("proxy header reader: takes what came of a header, so that its socket is not readable for it again") {
    connected pair;
    http::proxy_header_reader reader{pair.socket()};
    CHECK(reader.read() == io_status::want_read);
    CHECK_FALSE(reader.begun());
    for (const char each : line.substr(0, line.size() - 1)) {
        pair.send({each});
        CHECK(reader.read() == io_status::want_read);
        CHECK(reader.begun());
        CHECK(pair.rest().empty());
    }
    pair.send("\ncanary");
    CHECK(reader.read() == io_status::done);
    CHECK(pair.rest() == "canary");
}

TEST_CASE("proxy header reader: distinguishes a rejection, an end, and an end before any data") {
    connected refused;
    refused.send("GET / HTTP/1.1\r\n");
    http::proxy_header_reader first{refused.socket()};
    CHECK(first.read() == io_status::failed);
    CHECK(first.begun());
    CHECK(first.header().error == "no PROXY header");

    connected cut;
    cut.send(line.substr(0, 20));
    cut.end();
    http::proxy_header_reader second{cut.socket()};
    while (second.read() == io_status::want_read) {
    }
    CHECK(second.read() == io_status::end);
    CHECK(second.begun());

    connected silent;
    silent.end();
    http::proxy_header_reader third{silent.socket()};
    CHECK(third.read() == io_status::end);
    CHECK_FALSE(third.begun());
}
