// SPDX-License-Identifier: MIT
#include "http/client/response.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

using hookd::http::response_reader;
using progress = response_reader::progress;

namespace {

progress feed(response_reader& reader, std::string_view bytes, std::size_t step) {
    progress reached = progress::need_more;
    while (!bytes.empty() && reached == progress::need_more) {
        const auto room = reader.room();
        const auto count = std::min({step, room.size(), bytes.size()});
        std::copy_n(bytes.begin(), count, room.begin());
        reader.filled(count);
        bytes.remove_prefix(count);
        reached = reader.advance();
    }
    return reached;
}

struct seen {
    progress reached;
    unsigned status;
    bool keep_alive;
};

seen read(std::string_view bytes, std::size_t step = std::string_view::npos) {
    response_reader reader;
    reader.expect(false);
    const auto reached = feed(reader, bytes, step);
    const bool whole = reached == progress::complete;
    return {reached, whole ? reader.status() : 0, whole && reader.keep_alive()};
}

constexpr std::string_view chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     "5\r\nhello\r\n3;why=not\r\nyou\r\n0\r\nTrailer: x\r\n\r\n";

} // namespace

TEST_CASE("client response: the end is found however the bytes are split") {
    const auto step = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{1'000'000});
    const auto bytes =
        GENERATE(std::string_view{"HTTP/1.1 204 No Content\r\n\r\n"},
                 std::string_view{"HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nno\n"}, chunked);
    CHECK(read(bytes, step).reached == progress::complete);
    CHECK(read(bytes, step).keep_alive);
    CHECK(read(bytes.substr(0, bytes.size() - 1), step).reached == progress::need_more);
}

TEST_CASE("client response: interim responses are skipped") {
    const auto found = read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                            "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
    CHECK(found.reached == progress::complete);
    CHECK(found.status == 202);
}

TEST_CASE("client response: a flood of interim responses is an error") {
    const auto after = [](int interim) {
        std::string bytes;
        for (int i = 0; i < interim; ++i) {
            bytes += "HTTP/1.1 100 Continue\r\n\r\n";
        }
        return read(bytes + "HTTP/1.1 204 No Content\r\n\r\n").reached;
    };
    CHECK(after(32) == progress::complete);
    CHECK(after(33) == progress::malformed);
}

TEST_CASE("client response: unexpected bytes end the connection") {
    const auto found = read("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n");
    CHECK(found.status == 204);
    CHECK_FALSE(found.keep_alive);
}

TEST_CASE("client response: the server says whether the connection goes on") {
    CHECK_FALSE(read("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").keep_alive);
    CHECK_FALSE(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keep_alive);
}

TEST_CASE("client response: a response without a length ends with the connection") {
    response_reader reader;
    reader.expect(false);
    CHECK(feed(reader, "HTTP/1.1 200 OK\r\n\r\nto the end", 100) == progress::need_more);
    CHECK(reader.ends_here());
    CHECK_FALSE(reader.keep_alive());
}

TEST_CASE("client response: a truncated response does not end with the connection") {
    const auto cut = GENERATE(std::string_view{"HTTP/1.1 200 O"}, std::string_view{"HTTP/1.1 100 Continue\r\n\r\n"},
                              std::string_view{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"},
                              std::string_view{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"});
    response_reader reader;
    reader.expect(false);
    REQUIRE(feed(reader, cut, 100) == progress::need_more);
    CHECK_FALSE(reader.ends_here());
}

TEST_CASE("client response: the response to HEAD has no body whatever its length") {
    response_reader reader;
    reader.expect(true);
    CHECK(feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 100) == progress::complete);
    CHECK(reader.keep_alive());
}

TEST_CASE("client response: a body of any size is dropped as it comes") {
    response_reader reader;
    reader.expect(false);
    const std::string body(1U << 20U, 'x');
    CHECK(feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n" + body, 1'000'000) == progress::complete);
}

TEST_CASE("client response: what is not an HTTP/1.1 response is malformed, with the reason") {
    struct bad_answer {
        std::string bytes;
        std::string error;
    };
    std::string interims;
    for (int i = 0; i < 33; ++i) {
        interims += "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    }
    const auto bad = GENERATE_COPY(
        bad_answer{"SSH-2.0-OpenSSH_9.2", "it begins with \"SSH-2.0-OpenSSH_9.2\""},
        bad_answer{"\x16\x03\x01\r\n", "it begins with \"\\x16\\x03\\x01"},
        bad_answer{"\n", "it begins with an empty line"},
        bad_answer{"\r\nHTTP/1.1 200 OK\r\n\r\n", "it begins with an empty line"},
        bad_answer{"HTTP/2 200 OK\r\n\r\n", "it begins with \"HTTP/2 200 OK"},
        bad_answer{"HTTP/1.1 2000 OK\r\n\r\n", "it begins with \"HTTP/1.1 2000 OK\""},
        bad_answer{"HTTP/1.1 OK\r\n\r\n", "it begins with \"HTTP/1.1 OK\""},
        bad_answer{"HTTP/1.1200 OK\r\n\r\n", "it begins with \"HTTP/1.1200 OK\""},
        bad_answer{"HTTP/1.0 020 OK\r\n\r\nto the end", "it begins with \"HTTP/1.0 020 OK\""},
        bad_answer{"HTTP/1.1 101 Switching Protocols\r\n\r\n", "it switches to another protocol without a request"},
        bad_answer{"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "its Content-Length is not a number"},
        bad_answer{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                   "it has two different Content-Lengths"},
        bad_answer{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 2\r\n\r\nab",
                   "a field about the length of its body is folded"},
        bad_answer{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
                   "its Transfer-Encoding is not chunked"},
        bad_answer{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n", "a chunk of its body has no size"},
        bad_answer{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
                   "a chunk of its body is longer than announced"},
        bad_answer{interims + "HTTP/1.1 204 No Content\r\n\r\n", "there are more than 32 interim responses before it"},
        bad_answer{"HTTP/1.1 200 OK\r\nX: " + std::string(300'000, 'x') + "\r\n\r\n",
                   "its header is longer than 256 KiB"});
    for (const std::size_t step : {std::size_t{1}, std::size_t{1'000'000}}) {
        response_reader reader{100};
        reader.expect(false);
        CHECK(feed(reader, bad.bytes, step) == progress::malformed);
        CHECK(
            reader.error().starts_with(step > 1 || !bad.error.starts_with("it begins") ? bad.error : "it begins with"));
        CHECK_FALSE(reader.keep_alive());
    }
}

TEST_CASE("client response: where nothing is kept, nothing is quoted either") {
    response_reader reader;
    reader.expect(false);
    CHECK(feed(reader, "Bearer hidden\r\n", 100) == progress::malformed);
    CHECK(reader.error() == "it does not begin with a status line");
}

TEST_CASE("client response: what has a meaning is accepted, however carelessly it is written") {
    const auto careless =
        GENERATE(std::string{"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"},
                 std::string{"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"},
                 std::string{"HTTP/1.1  200\tOK\r\nContent-Length :2 \r\n\r\nok"},
                 std::string{"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"},
                 std::string{"HTTP/1.1 200\nTransfer-Encoding: Chunked\n\n2 \nok\n0\n\n"},
                 std::string{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"},
                 std::string{"HTTP/1.1 200 OK\r\nno field at all\r\n: no name\r\nX: a\r\n folded\r\nX\x01: "
                             "\x02\xff\r\nContent-Length: 2\r\n\r\nok"},
                 "HTTP/1.1 200 OK\r\nSet-Cookie: " + std::string(100'000, 'x') + "\r\nContent-Length: 2\r\n\r\nok", [] {
                     std::string many = "HTTP/1.1 200 OK\r\n";
                     for (int i = 0; i < 2'000; ++i) {
                         many += "X-" + std::to_string(i) + ": y\r\n";
                     }
                     return many + "Content-Length: 2\r\n\r\nok";
                 }());
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1'000'000}}) {
        response_reader reader{10};
        reader.expect(false);
        CHECK(feed(reader, careless, step) == progress::complete);
        CHECK(reader.status() == 200);
        CHECK(reader.take_body() == "ok");
        CHECK(reader.keep_alive());
    }
}

TEST_CASE("client response: its status is known when its header is complete, whatever happens to its body") {
    const auto broken = GENERATE(
        std::string_view{"HTTP/1.1 201 Made\r\nContent-Length: 9\r\n\r\nhalf"},
        std::string_view{"HTTP/1.1 201 Made\r\nContent-Length: x\r\n\r\n"},
        std::string_view{"HTTP/1.1 201 Made\r\nTransfer-Encoding: gzip\r\n\r\nhalf"},
        std::string_view{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\nhalf"});
    response_reader reader{10};
    reader.expect(false);
    CHECK(feed(reader, broken, 3) != progress::complete);
    CHECK(reader.has_header());
    CHECK(reader.status() == 201);
    CHECK_FALSE(reader.keep_alive());

    reader.expect(false);
    CHECK(feed(reader, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 0\r\n", 3) ==
          progress::need_more);
    CHECK_FALSE(reader.has_header());
}

TEST_CASE("client response: a last chunk that comes byte by byte and ends badly is malformed") {
    const auto bad = GENERATE(std::string_view{"0\r\nok"}, std::string_view{"0\r\nX"}, std::string_view{"0\r"});
    CHECK(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string{bad}, 1).reached !=
          progress::complete);
}

TEST_CASE("client response: the first Retry-After of the header is kept, in bounds, and no trailer's") {
    const auto kept = [](std::string_view bytes) {
        response_reader reader;
        reader.expect(false);
        REQUIRE(feed(reader, bytes, 5) == progress::complete);
        return reader.retry_after();
    };
    CHECK(kept("HTTP/1.1 503 X\r\nretry-after: 120\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n") == "120");
    CHECK(kept("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n").empty());
    CHECK(kept("HTTP/1.1 103 X\r\nRetry-After: 7\r\n\r\nHTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n").empty());
    CHECK(kept("HTTP/1.1 503 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nRetry-After: 7\r\n\r\n").empty());
    CHECK(kept("HTTP/1.1 503 X\r\nContent-Length: 0\r\nRetry-After: " + std::string(1000, '1') + "\r\n\r\n") ==
          std::string(64, '1'));
}

TEST_CASE("client response: of a body that is longer than what is kept it says so") {
    for (const auto& [keep, cut] : {std::pair{7U, true}, std::pair{8U, false}, std::pair{0U, true}}) {
        response_reader reader{keep};
        reader.expect(false);
        REQUIRE(feed(reader, chunked, 1) == progress::complete);
        CHECK(reader.body_was_cut() == cut);
        CHECK(reader.take_body() == std::string_view{"helloyou"}.substr(0, keep));
        reader.expect(false);
        REQUIRE(feed(reader, "HTTP/1.1 204 No Content\r\n\r\n", 99) == progress::complete);
        CHECK_FALSE(reader.body_was_cut());
    }
}
