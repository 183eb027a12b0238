// SPDX-License-Identifier: MIT
#include "authority.hpp"
#include "running_server.hpp"
#include "scripted_server.hpp"

#include <hookd/http/client/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <latch>
#include <sys/stat.h>
#include <thread>

namespace asio = boost::asio;
using namespace hookd::http;
using namespace std::chrono_literals;
using hookd::header_field;

namespace {

constexpr std::string_view no_content = "HTTP/1.1 204 No Content\r\n\r\n";
constinit const hookd::response accepted{204};

/// A client and its thread, which is the test's.
class caller {
public:
    explicit caller(const std::string& to, const client_trust& trust = {}, client_limits limits = {})
        : where_{parse_url(to).value()}, client_{context_, find_destination(where_, trust).value(), limits} {}

    client_result<client_response> post(std::string_view body = "{}") {
        return run(client_.request("POST", where_.target, fields_, body));
    }
    client_result<void> connect() { return run(client_.connect()); }
    void pass(std::chrono::milliseconds time) {
        asio::steady_timer timer{context_, time};
        timer.async_wait([this](auto) { context_.stop(); });
        context_.run();
        context_.restart();
    }

private:
    template <class T>
    T run(asio::awaitable<T> what) {
        std::optional<T> outcome;
        asio::co_spawn(context_, std::move(what), [&](const std::exception_ptr& thrown, T value) {
            REQUIRE_FALSE(thrown);
            outcome = std::move(value);
            context_.stop(); // a deadline's timer may run on
        });
        context_.run();
        context_.restart();
        return *outcome;
    }

    asio::io_context context_{1};
    url where_;
    client client_;
    std::vector<header_field> fields_{{"Content-Type", "application/json"}, {"svix-id", "msg_1"}};
};

/// Answers every request in the same way, on as many connections as there are.
scripted_server::script always(std::string_view answer) {
    return [answer](scripted_peer& peer, int) {
        while (!peer.read_request().empty()) {
            peer.send(answer);
        }
    };
}

template <class T>
client_errc error_of(const client_result<T>& outcome) {
    REQUIRE_FALSE(outcome);
    CAPTURE(outcome.error().detail);
    CHECK_FALSE(outcome.error().detail.empty());
    return outcome.error().kind;
}

} // namespace

TEST_CASE("client: the request arrives as it was given, with Host and Content-Length") {
    std::promise<std::string> request;
    scripted_server server{[&](scripted_peer& peer, int) {
        request.set_value(peer.read_request());
        peer.send(no_content);
    }};
    REQUIRE(caller{server.url()}.post("{\"a\":1}").value().status == 204);
    CHECK(request.get_future().get() ==
          "POST /hook HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
              "\r\nContent-Type: application/json\r\nsvix-id: msg_1\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
}

TEST_CASE("client: one connection serves many requests, whatever their responses look like") {
    const std::string_view answer = GENERATE(
        "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 5\r\n\r\nbusy\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    scripted_server server{always(answer)};
    {
        caller here{server.url()};
        for (int i = 0; i < 3; ++i) {
            REQUIRE(here.post());
        }
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("client: a connection that the server ends is not used again") {
    const std::string_view answer =
        GENERATE("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                 "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nuntil the end");
    scripted_server server{[&](scripted_peer& peer, int) {
        peer.read_request();
        peer.send(answer);
    }};
    caller here{server.url()};
    for (int i = 0; i < 2; ++i) {
        const auto answered = here.post();
        REQUIRE(answered);
        CHECK(answered->status == 200);
        CHECK_FALSE(answered->resent);
    }
    CHECK(server.connections() == 2);
}

TEST_CASE("client: when the server has closed between requests, the same bytes go out once more") {
    const bool by_reset = GENERATE(false, true);
    std::vector<std::string> requests;
    scripted_server server{[&](scripted_peer& peer, int connection) {
        requests.push_back(peer.read_request());
        if (connection == 0) {
            peer.send(no_content);
            requests.push_back(peer.read_request());
            if (by_reset) {
                peer.reset();
            }
            return;
        }
        peer.send(no_content);
        peer.read_to_end();
    }};
    {
        caller here{server.url()};
        REQUIRE_FALSE(here.post("first").value().resent);
        const auto second = here.post("second");
        REQUIRE(second);
        CHECK(second->resent);
    }
    CHECK(server.connections() == 2);
    REQUIRE(requests.size() == 3);
    CHECK(requests[1] == requests[2]);
    CHECK(requests[1].ends_with("second"));
}

// RFC 9112 section 9.2
TEST_CASE("client: data between two requests is not used as a response") {
    const std::string_view surplus =
        GENERATE("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                 "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "{}\n");
    std::promise<void> answered;
    std::latch sent{1};
    std::vector<std::string> requests;
    scripted_server server{[&](scripted_peer& peer, int connection) {
        requests.push_back(peer.read_request());
        peer.send(no_content);
        if (connection == 0) {
            answered.get_future().wait();
            peer.send(surplus);
            sent.count_down();
        }
        peer.read_to_end();
    }};
    {
        caller here{server.url()};
        CHECK(here.post("first").value().status == 204);
        answered.set_value();
        sent.wait();
        const auto second = here.post("second");
        REQUIRE(second);
        CHECK(second->status == 204);
        CHECK_FALSE(second->resent);
    }
    CHECK(server.connections() == 2);
    REQUIRE(requests.size() == 2);
    CHECK(requests[1].ends_with("second"));
}

TEST_CASE("client: a new connection that is closed without a response is not retried") {
    scripted_server server{[](scripted_peer& peer, int) { peer.read_request(); }};
    CHECK(error_of(caller{server.url()}.post()) == client_errc::closed);
    CHECK(server.connections() == 1);
}

TEST_CASE("client: a request whose response had begun is not sent again") {
    scripted_server server{[](scripted_peer& peer, int) {
        peer.read_request();
        peer.send(no_content);
        peer.read_request();
        peer.send("HTTP/1.1 20");
    }};
    caller here{server.url()};
    REQUIRE(here.post());
    CHECK(error_of(here.post()) == client_errc::closed);
    CHECK(server.connections() == 1);
}

TEST_CASE("client: the second try has no third") {
    scripted_server server{[](scripted_peer& peer, int connection) {
        peer.read_request();
        if (connection == 0) {
            peer.send(no_content);
            peer.read_request();
        }
    }};
    caller here{server.url()};
    REQUIRE(here.post());
    CHECK(error_of(here.post()) == client_errc::closed);
    CHECK(server.connections() == 2);
}

TEST_CASE("client: a server that never responds times out, and the connection is closed") {
    const std::string_view part = GENERATE("", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    scripted_server server{[&](scripted_peer& peer, int connection) {
        peer.read_request();
        peer.send(connection == 0 ? part : no_content);
        peer.read_to_end();
    }};
    caller here{server.url(), {}, {.whole = 100ms}};
    CHECK(error_of(here.post()) == client_errc::timed_out);
    CHECK(here.post().value().status == 204); // the late answer would have gone to the wrong request
    CHECK(server.connections() == 2);
}

TEST_CASE("client: a server that does not read is given up") {
    std::latch over{1};
    scripted_server server{[&](scripted_peer&, int) { over.wait(); }};
    caller here{server.url(), {}, {.whole = 100ms}};
    CHECK(error_of(here.post(std::string(std::size_t{32} << 20U, 'x'))) == client_errc::timed_out);
    over.count_down();
}

TEST_CASE("client: time between requests does not count for the deadline") {
    scripted_server server{always(no_content)};
    {
        caller here{server.url(), {}, {.connect = 60ms, .whole = 60ms}};
        REQUIRE(here.connect());
        here.pass(90ms);
        REQUIRE(here.post());
        here.pass(90ms);
        CHECK_FALSE(here.post().value().resent);
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("client: each request has all of its time, whenever the one before began") {
    scripted_server server{[](scripted_peer& peer, int) {
        peer.read_request();
        peer.send(no_content);
        peer.read_request();
        std::this_thread::sleep_for(300ms); // is the slowness: past the first request's deadline, not the second's
        peer.send(no_content);
        peer.read_to_end();
    }};
    caller here{server.url(), {}, {.whole = 600ms}};
    REQUIRE(here.post());
    here.pass(400ms);
    CHECK(here.post());
}

TEST_CASE("client: a refused port and an unknown name are reported as such") {
    std::uint16_t port = 0;
    {
        scripted_server gone{always(no_content)};
        port = gone.port();
    }
    caller here{"http://127.0.0.1:" + std::to_string(port) + "/"};
    CHECK(error_of(here.connect()) == client_errc::unreachable);
    CHECK(error_of(here.post()) == client_errc::unreachable);
    const auto impossible = parse_url("http://" + std::string(64, 'a') + ".invalid/"); // RFC 1035: at most 63
    CHECK(error_of(find_destination(*impossible, {})) == client_errc::unknown_host);
}

TEST_CASE("client: another protocol is reported as malformed") {
    scripted_server server{[](scripted_peer& peer, int) {
        peer.send("SSH-2.0-OpenSSH_9.2\r\n");
        peer.read_to_end();
    }};
    CHECK(error_of(caller{server.url()}.post()) == client_errc::malformed);
}

TEST_CASE("client: a large body goes through, and a server that refuses it early is heard") {
    running_server server{[](const hookd::request& got) {
        return got.body.size() == 1'000'000 ? accepted : hookd::response{400, "other\n"};
    }};
    caller here{server.url()};
    CHECK(here.post(std::string(1'000'000, 'x')).value().status == 204);
    CHECK(here.post(std::string(std::size_t{2} << 20U, 'x')).value().status == 413);
    CHECK(here.post(std::string(1'000'000, 'x')).value().status == 204);
}

TEST_CASE("client: without a wait for the body, a response counts once its header is complete, whatever follows") {
    const auto rest =
        GENERATE(std::string_view{"Content-Length: 9\r\n\r\nhalf"}, std::string_view{"Content-Length: x\r\n\r\n"},
                 std::string_view{"Transfer-Encoding: chunked\r\n\r\nnone\r\n"},
                 std::string_view{"Transfer-Encoding: gzip\r\n\r\nhalf"});
    const int ending = GENERATE(0, 1, 2);
    scripted_server server{[=](scripted_peer& peer, int) {
        peer.read_request();
        peer.send("HTTP/1.1 201 Made\r\n");
        peer.send(rest);
        if (ending == 1) {
            peer.reset();
        } else if (ending == 2) {
            peer.read_to_end(); // of a client that has gone
        }
    }};
    caller here{server.url(), {}, {.whole = 20s, .body = 100ms}};
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 1; i <= 2; ++i) {
        const auto answered = here.post();
        REQUIRE(answered);
        CHECK(answered->status == 201);
        CHECK(server.connections() == i); // the connection is of no more use
    }
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
    if (ending == 0) {
        CHECK_FALSE(caller{server.url()}.post());
    }
}

TEST_CASE("client: without a wait for the body, one that comes in time keeps the connection") {
    scripted_server server{always("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")};
    caller here{server.url(), {}, {.keep_body = 10, .body = 10s}};
    CHECK(here.post().value().body == "body");
    CHECK(here.post().value().body == "body");
    CHECK(server.connections() == 1);
}

TEST_CASE("client: HTTPS, by address and by name, over one connection") {
    authority trusted;
    running_server server{[](const hookd::request&) { return accepted; }, trusted.issue("DNS:localhost,IP:127.0.0.1")};
    const std::string host = GENERATE("127.0.0.1", "localhost");
    caller here{server.url(host), {.ca_file = trusted.certificate()}};
    REQUIRE(here.connect());
    for (int i = 0; i < 3; ++i) {
        const auto answered = here.post(std::string(100'000, 'x'));
        REQUIRE(answered);
        CHECK(answered->status == 204);
        CHECK_FALSE(answered->resent);
    }
}

TEST_CASE("client: an untrusted certificate, or one for another name, is refused unless verification is off") {
    authority trusted;
    authority stranger;
    std::atomic<int> requests{0};
    const auto count = [&](const hookd::request&) {
        ++requests;
        return accepted;
    };
    running_server other_name{count, trusted.issue("DNS:other.example,IP:127.0.0.2")};
    running_server other_authority{count, stranger.issue("DNS:localhost,IP:127.0.0.1")};
    const client_trust strict{.ca_file = trusted.certificate()};
    for (const auto* server : {&other_name, &other_authority}) {
        for (const std::string host : {"127.0.0.1", "localhost"}) {
            caller here{server->url(host), strict};
            const auto refused = here.post();
            CHECK(error_of(refused) == client_errc::tls);
            CHECK(refused.error().detail.find("not trusted") != std::string::npos);
        }
        CHECK(error_of(caller{server->url(), {}}.post()) == client_errc::tls); // nor by the system's authorities
    }
    CHECK(requests == 0);
    client_trust any;
    any.verify = false;
    CHECK(caller{other_name.url(), any}.post().value().status == 204);
    CHECK(caller{other_authority.url(), any}.post().value().status == 204);
}

TEST_CASE("client: a TLS handshake that fails or hangs is no connection") {
    authority trusted;
    scripted_server silent{[](scripted_peer& peer, int) { peer.read_to_end(); }};
    scripted_server closing{[](scripted_peer& peer, int) {
        peer.read_some();
        peer.reset();
    }};
    scripted_server plain{[](scripted_peer& peer, int) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); }};
    const auto tls_url = [](const scripted_server& server) {
        return "https://127.0.0.1:" + std::to_string(server.port()) + "/";
    };
    const client_trust trust{.ca_file = trusted.certificate()};
    CHECK(error_of(caller{tls_url(silent), trust, {.connect = 100ms}}.connect()) == client_errc::unreachable);
    CHECK(error_of(caller{tls_url(closing), trust}.connect()) == client_errc::handshake_closed);
    CHECK(error_of(caller{tls_url(plain), trust}.connect()) == client_errc::no_tls);
}

TEST_CASE("client: unreadable authorities are reported immediately") {
    const auto where = parse_url("https://127.0.0.1/");
    CHECK(error_of(find_destination(*where, {.ca_file = "/nonexistent/ca.pem"})) == client_errc::authorities);
    CHECK(error_of(find_destination(*where, {.ca_file = "/dev/null"})) == client_errc::authorities);
    std::string directory = "/tmp/hookd-client-XXXXXX";
    REQUIRE(mkdtemp(directory.data()) != nullptr);
    const auto fifo = directory + "/ca.pem";
    REQUIRE(mkfifo(fifo.c_str(), S_IRWXU) == 0);
    CHECK(error_of(find_destination(*where, {.ca_file = fifo})) == client_errc::authorities);
    std::filesystem::remove_all(directory);
}
