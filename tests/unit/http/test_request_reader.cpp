// SPDX-License-Identifier: MIT
#include "http/server/request_reader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

using namespace hookd;
using http::request_reader;
using progress = request_reader::progress;

namespace {

struct seen {
    unsigned refused = 0;
    std::vector<std::string> bodies;
    std::vector<std::vector<std::string>> names;
};

/// Feeds the bytes in pieces of `step` and collects what the reader makes of them.
seen read_in_steps(std::string_view bytes, std::size_t step, const server_settings& limits) {
    request_reader reader{limits};
    seen result;
    const auto advance = [&] {
        for (;;) {
            switch (reader.advance()) {
            case progress::need_more:
                return true;
            case progress::refused:
                result.refused = reader.why().status;
                return false;
            case progress::head: {
                auto& names = result.names.emplace_back();
                for (const auto& field : reader.current().fields) {
                    names.emplace_back(field.name);
                }
                break;
            }
            case progress::complete:
                result.bodies.emplace_back(reader.current().body);
                reader.next();
            }
        }
    };
    while (advance() && !bytes.empty()) {
        const auto room = reader.room();
        const auto count = std::min({step, room.size(), bytes.size()});
        std::ranges::copy(bytes.substr(0, count), room.begin());
        reader.filled(count);
        bytes.remove_prefix(count);
    }
    return result;
}

/// The same outcome however the bytes are cut, or the test fails.
seen read(std::string_view bytes, const server_settings& limits = {}) {
    const auto whole = read_in_steps(bytes, bytes.size(), limits);
    for (const std::size_t step : {1U, 2U, 3U, 7U, 64U}) {
        const auto cut = read_in_steps(bytes, step, limits);
        CAPTURE(step);
        CHECK(cut.refused == whole.refused);
        CHECK(cut.bodies == whole.bodies);
    }
    return whole;
}

std::string post(std::string_view fields, std::string_view body = {}) {
    return "POST /hook HTTP/1.1\r\n" + std::string{fields} + "\r\n" + std::string{body};
}

const std::string behind = "GET /behind HTTP/1.1\r\nHost: h\r\n\r\n";

} // namespace

TEST_CASE("reader: consecutive requests are separated") {
    const auto result =
        read(post("Host: h\r\nContent-Length: 5\r\n", "hello") +
             post("Host: h\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n") + behind);
    CHECK(result.refused == 0);
    CHECK(result.bodies == std::vector<std::string>{"hello", "abcde", ""});
}

TEST_CASE("reader: a chunked body may end anywhere in a packet, an empty one too") {
    CHECK(read(post("Host: h\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") + behind).bodies.size() == 2);
    CHECK(read(post("Host: h\r\nTransfer-Encoding: chunked\r\n", "000;a=b\r\n\r\n") + behind).bodies.size() == 2);
}

TEST_CASE("reader: a trailer never becomes a header field") {
    const auto result = read(post("Host: h\r\nTransfer-Encoding: Chunked\r\nTrailer: svix-signature\r\n",
                                  "1\r\na\r\n0\r\nsvix-signature: v1,x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n") +
                             behind);
    REQUIRE(result.bodies.size() == 2);
    CHECK(result.names[0] == std::vector<std::string>{"Host", "Transfer-Encoding", "Trailer"});
    CHECK(result.names[1] == std::vector<std::string>{"Host"});
}

TEST_CASE("reader: what two servers could read differently is refused, and nothing after it is read") {
    struct refused_case {
        const char* what;
        std::string bytes;
        unsigned status;
    };
    const std::vector<refused_case> cases{
        {"gzip as coding", post("Host: h\r\nTransfer-Encoding: gzip\r\n"), 501},
        {"identity", post("Host: h\r\nTransfer-Encoding: identity\r\n"), 501},
        {"xchunked", post("Host: h\r\nTransfer-Encoding: xchunked\r\n"), 501},
        {"quoted chunked", post("Host: h\r\nTransfer-Encoding: \"chunked\"\r\n"), 501},
        {"chunked, identity", post("Host: h\r\nTransfer-Encoding: chunked, identity\r\n"), 501},
        {"gzip, chunked", post("Host: h\r\nTransfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
        {"chunked;foo", post("Host: h\r\nTransfer-Encoding: chunked;foo\r\n", "0\r\n\r\n"), 501},
        {"coding twice", post("Host: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
         400},
        {"both lengths", post("Host: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
        {"length twice, equal", post("Host: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n", "a"), 400},
        {"length twice, different", post("Host: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n", "ab"), 400},
        {"length list", post("Host: h\r\nContent-Length: 1, 1\r\n", "a"), 400},
        {"length +1", post("Host: h\r\nContent-Length: +1\r\n", "a"), 400},
        {"length -1", post("Host: h\r\nContent-Length: -1\r\n"), 400},
        {"length 0x1", post("Host: h\r\nContent-Length: 0x1\r\n", "a"), 400},
        {"length empty", post("Host: h\r\nContent-Length:\r\n"), 400},
        {"length beyond 64 bits", post("Host: h\r\nContent-Length: 18446744073709551617\r\n", "a"), 400},
        {"no host", post("Content-Length: 0\r\n"), 400},
        {"two hosts", post("Host: a\r\nHost: a\r\n"), 400},
        {"empty host", post("Host:\r\n"), 400},
        {"host with a path", post("Host: a/b\r\n"), 400},
        {"folded line", post("Host: h\r\nX: a\r\n b\r\n"), 400},
        {"fold before any field", "POST /hook HTTP/1.1\r\n Host: h\r\n\r\n", 400},
        {"space before colon", post("Host : h\r\n"), 400},
        {"bare LF", "POST /hook HTTP/1.1\nHost: h\n\n", 400},
        {"bare LF in a field", post("Host: h\nX: y\r\n"), 400},
        {"bare CR in a field", post("Host: h\rX: y\r\n"), 400},
        {"NUL", post(std::string_view{"Host: h\r\nX: a\0b\r\n", 18}), 400},
        {"no colon", post("Host: h\r\nnonsense\r\n"), 400},
        {"empty name", post("Host: h\r\n: x\r\n"), 400},
        {"HTTP/1.0", "POST /hook HTTP/1.0\r\nHost: h\r\n\r\n", 400},
        {"HTTP/1.0 with coding", "POST /hook HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        {"HTTP/0.9", "GET /hook\r\n\r\n", 400},
        {"HTTP/1.2", "POST /hook HTTP/1.2\r\nHost: h\r\n\r\n", 400},
        {"upgrade", post("Host: h\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"), 400},
        {"absolute form of another scheme", "POST ftp://h/hook HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"absolute form without a host", "POST http:///hook HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"absolute form with a user", "POST http://u@h/hook HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"absolute form beside no Host", "POST http://h/hook HTTP/1.1\r\n\r\n", 400},
        {"absolute form beside two Hosts", "POST http://h/hook HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400},
        {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"authority form", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"target beyond ASCII", "POST /h\xc3\xb6ok HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"empty line first", "\r\n" + post("Host: h\r\n"), 400},
        {"two spaces in the request line", "POST  /hook HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"chunk size of nothing", post("Host: h\r\nTransfer-Encoding: chunked\r\n", "\r\na\r\n0\r\n\r\n"), 400},
        {"chunk size of no number", post("Host: h\r\nTransfer-Encoding: chunked\r\n", "xyz\r\na\r\n0\r\n\r\n"), 400},
        {"chunk size 0x1", post("Host: h\r\nTransfer-Encoding: chunked\r\n", "0x1\r\na\r\n0\r\n\r\n"), 400},
        {"chunk longer than its size", post("Host: h\r\nTransfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n"), 400},
        {"chunk size beyond 64 bits", post("Host: h\r\nTransfer-Encoding: chunked\r\n", "10000000000000001\r\na\r\n"),
         400},
        {"TLS on a plain port", std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11}, 400},
    };
    for (const auto& [what, bytes, status] : cases) {
        CAPTURE(what);
        const auto result = read(bytes + behind);
        CHECK(result.refused == status);
        CHECK(result.bodies.empty());
    }
}

namespace {

/// Host and target of a request, and whether its connection may serve another; `refused` otherwise.
std::string asked_for(std::string_view bytes, http::leniency allowed) {
    request_reader reader{{}, allowed};
    std::ranges::copy(bytes, reader.room().begin());
    reader.filled(bytes.size());
    if (reader.advance() != progress::head) {
        return "refused";
    }
    const auto& current = reader.current();
    return std::string{current.host} + ' ' + std::string{current.target} + (reader.keep_alive() ? "" : ", last");
}

} // namespace

TEST_CASE("reader: an absolute target is a path, and replaces Host") {
    const auto asked = [](std::string_view line) {
        return asked_for("POST " + std::string{line} + " HTTP/1.1\r\nHost: h\r\n\r\n", http::leniency::none);
    };
    CHECK(asked("/hook?a=http://x/y") == "h /hook?a=http://x/y");
    CHECK(asked("http://other/hook?a") == "other /hook?a");
    CHECK(asked("HTTPS://[::1]:8443/hook") == "[::1]:8443 /hook");
    CHECK(asked("http://other") == "other /");
    CHECK(asked("http://other?a") == "other /");
}

TEST_CASE("reader: where health checks are accepted, they may lack fields, and the rest is read as always") {
    const auto asked = [](std::string_view bytes) { return asked_for(bytes, http::leniency::health_checks); };
    CHECK(asked("GET /readyz HTTP/1.0\r\n\r\n") == " /readyz, last");
    CHECK(asked("GET /readyz HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n") == " /readyz, last");
    CHECK(asked("GET http://h/readyz HTTP/1.0\r\n\r\n") == "h /readyz, last");
    CHECK(asked("GET /readyz HTTP/1.1\r\n\r\n") == " /readyz");
    CHECK(asked("GET /readyz HTTP/1.1\r\nHost:\r\n\r\n") == " /readyz");
    CHECK(asked("GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n") == "h /readyz");
    for (const auto* doubtful :
         {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "GET / HTTP/0.9\r\n\r\n", "GET / HTTP/1.2\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
          "GET / HTTP/1.0\r\nContent-Length: 1, 1\r\n\r\na", "GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"}) {
        CHECK(asked(doubtful) == "refused");
    }
}

TEST_CASE("reader: limits of header and body hold to the byte") {
    server_settings limits;
    limits.max_header = byte_size{1024};
    limits.max_body = byte_size{10};
    const std::string begin = "POST /hook HTTP/1.1\r\nHost: h\r\nX: ";
    const auto padded = [&](std::size_t total) {
        return begin + std::string(total - begin.size() - 4, 'x') + "\r\n\r\n";
    };
    CHECK(read(padded(1024), limits).bodies.size() == 1);
    CHECK(read(padded(1025), limits).refused == 431);
    CHECK(read(begin + std::string(5000, 'x'), limits).refused == 431);
    CHECK(read(post("Host: h\r\nContent-Length: 10\r\n", "0123456789"), limits).bodies.size() == 1);
    CHECK(read(post("Host: h\r\nContent-Length: 11\r\n", "0123456789a"), limits).refused == 413);
    CHECK(
        read(post("Host: h\r\nTransfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n0\r\n\r\n"), limits).bodies.size() ==
        1);
    CHECK(read(post("Host: h\r\nTransfer-Encoding: chunked\r\n", "8\r\n01234567\r\n3\r\nabc\r\n0\r\n\r\n"), limits)
              .refused == 413);
}

TEST_CASE("reader: an endless chunk extension or trailer is rejected, not stored") {
    CHECK(read_in_steps(post("Host: h\r\nTransfer-Encoding: chunked\r\n", "1;" + std::string(200'000, 'x')), 4096, {})
              .refused == 400);
    CHECK(read_in_steps(post("Host: h\r\nTransfer-Encoding: chunked\r\n", "0\r\nX: " + std::string(200'000, 'x')), 4096,
                        {})
              .refused == 400);
}

TEST_CASE("reader: a chunked body is worked off in small pieces, which may have a chunk for each byte") {
    request_reader reader{server_settings{}};
    const auto fill = [&](std::string_view bytes) {
        while (!bytes.empty()) {
            const auto room = reader.room();
            const auto count = std::min(room.size(), bytes.size());
            std::ranges::copy(bytes.substr(0, count), room.begin());
            reader.filled(count);
            bytes.remove_prefix(count);
        }
    };
    fill("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    REQUIRE(reader.advance() == progress::head);
    for (int i = 0; i < 10; ++i) {
        REQUIRE(reader.room().size() <= 4096);
        fill("1\r\nx\r\n1;" + std::string(9000, 'a')); // a chunk, and a beginning that grows the buffer
        REQUIRE(reader.advance() == progress::need_more);
        fill("\r\nx\r\n");
        REQUIRE(reader.advance() == progress::need_more);
    }
}

TEST_CASE("reader: a large body's memory is given back with the request") {
    server_settings limits;
    request_reader reader{limits};
    const std::string bytes = post("Host: h\r\nContent-Length: 1000000\r\n", std::string(1'000'000, 'b'));
    for (std::string_view rest{bytes}; reader.advance() != progress::complete;) {
        const auto room = reader.room();
        const auto count = std::min(room.size(), rest.size());
        std::ranges::copy(rest.substr(0, count), room.begin());
        reader.filled(count);
        rest.remove_prefix(count);
    }
    CHECK(reader.memory() >= 1'000'000);
    reader.next();
    CHECK(reader.memory() < 40'000);
}

TEST_CASE("reader: a refused request's body and buffers are given back at once") {
    request_reader reader{server_settings{}};
    const std::string bytes =
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + std::string(900'000, 'x');
    for (std::string_view rest{bytes}; !rest.empty();) {
        REQUIRE(reader.advance() != progress::refused);
        const auto room = reader.room();
        const auto count = std::min(room.size(), rest.size());
        std::ranges::copy(rest.substr(0, count), room.begin());
        reader.filled(count);
        rest.remove_prefix(count);
    }
    reader.drop();
    CHECK(reader.memory() < 1'000);
}

TEST_CASE("reader: what an announced body lacks is what it then needs, and nothing afterwards") {
    request_reader reader{server_settings{}};
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n";
    std::ranges::copy(head, reader.room().begin());
    reader.filled(head.size());
    REQUIRE(reader.lacking() == 0);
    REQUIRE(reader.advance() == progress::head);
    const auto wanted = reader.memory() + reader.lacking();
    CHECK(reader.lacking() > 300'000);
    reader.take_lacking();
    CHECK(reader.lacking() == 0);
    CHECK(reader.memory() == wanted);
    CHECK(reader.room().size() == 65'536);
    reader.drop();
    CHECK(reader.lacking() == 0);
}

TEST_CASE("reader: the connection ends where any member of any Connection field says close") {
    const auto goes_on = [](std::string_view fields) {
        request_reader reader{server_settings{}};
        const auto bytes = "GET / HTTP/1.1\r\nHost: x\r\n" + std::string{fields} + "\r\n";
        std::ranges::copy(bytes, reader.room().begin());
        reader.filled(bytes.size());
        REQUIRE(reader.advance() == progress::head);
        return reader.keep_alive();
    };
    CHECK(goes_on(""));
    CHECK(goes_on("Connection: keep-alive\r\n"));
    CHECK(goes_on("Connection: closed, x-close\r\n"));
    CHECK(goes_on("X-Connection: close\r\n"));
    CHECK_FALSE(goes_on("Connection: close\r\n"));
    CHECK_FALSE(goes_on("connection: CLOSE\r\n"));
    CHECK_FALSE(goes_on("Connection: keep-alive,\t close ,te\r\n"));
    CHECK_FALSE(goes_on("Connection: keep-alive\r\nConnection: te, close\r\n"));
}
