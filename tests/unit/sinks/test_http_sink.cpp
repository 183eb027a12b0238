// SPDX-License-Identifier: MIT
#include "http/scripted_server.hpp"
#include "sinks/http/http_options.hpp"
#include "sinks/http/http_sink.hpp"
#include "sinks/sink_worker.hpp"

#include <hookd/http/client/url.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace sinks_test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view no_content = "HTTP/1.1 204 No Content\r\n\r\n";

/// A port on which nobody listens, and which nobody else gets while this lives.
class dead_port {
public:
    dead_port() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), length) == 0);
        REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/hidden-path";
    }
    dead_port(const dead_port&) = delete;
    dead_port& operator=(const dead_port&) = delete;
    ~dead_port() { ::close(socket_); }
    const std::string& url() const { return url_; }

private:
    int socket_;
    std::string url_;
};

struct http_fixture {
    boost::asio::io_context worker{1};

    std::unique_ptr<hookd::sinks::sink> sink_to(const std::string& url, std::chrono::milliseconds timeout = 20s,
                                                std::vector<std::pair<std::string, hookd::secret>> headers = {}) {
        auto options = std::make_shared<hookd::sinks::http_options>();
        options->where = hookd::http::parse_url(url).value();
        options->headers = std::move(headers);
        hookd::sink_settings settings;
        settings.name = "app";
        settings.timeout = timeout;
        settings.options = options;
        return hookd::sinks::build_http_sink(settings, worker);
    }
    outcome post(hookd::sinks::sink& sink, std::uint64_t sequence = 1) {
        return deliver(worker, sink, batch_of(1, sequence)).at(0);
    }
    /// Runs a delivery, and cancels it as soon as `when` says so.
    outcome cancel(hookd::sinks::sink& sink, const std::function<bool()>& when, const hookd::event& what = sample()) {
        boost::asio::cancellation_signal stop;
        std::optional<outcomes> answer;
        boost::asio::co_spawn(
            worker, sink.deliver({on_its_way(what)}),
            boost::asio::bind_cancellation_slot(stop.slot(), [&](const std::exception_ptr& error, outcomes what) {
                REQUIRE_FALSE(error);
                answer = std::move(what);
            }));
        worker.restart();
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!when() && std::chrono::steady_clock::now() < end) {
            worker.run_one_for(5ms);
        }
        REQUIRE_FALSE(answer);
        stop.emit(boost::asio::cancellation_type::terminal);
        worker.run_for(20s);
        REQUIRE(answer);
        return answer->at(0);
    }
};

} // namespace

TEST_CASE_METHOD(http_fixture, "http: events go over one connection that is kept") {
    std::vector<std::string> requests;
    scripted_server server{[&](scripted_peer& peer, int) {
        for (int i = 0; i < 3; ++i) {
            requests.push_back(peer.read_request());
            peer.send(no_content);
        }
    }};
    const auto sink = sink_to(server.url());
    for (std::uint64_t i = 1; i <= 3; ++i) {
        CHECK(post(*sink, i).what == verdict::delivered);
    }
    CHECK(server.connections() == 1);
    REQUIRE(requests.size() == 3);
    CHECK(requests[2].starts_with("POST /hook HTTP/1.1\r\n"));
    CHECK(requests[2].contains("\r\nIdempotency-Key: msg_3\r\n"));
}

TEST_CASE_METHOD(http_fixture, "http: a connection that is kept leaves the sink worker nothing to wait for") {
    scripted_server server{[](scripted_peer& peer, int) {
        peer.read_request();
        peer.send(no_content);
        peer.read_to_end();
    }};
    const auto sink = sink_to(server.url(), 60s);
    const auto begun = std::chrono::steady_clock::now();
    CHECK(post(*sink).what == verdict::delivered); // runs the sink worker until it has nothing left, or 30 s
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
}

TEST_CASE_METHOD(http_fixture, "http: a server that is back after its end is found again") {
    scripted_server server{[](scripted_peer& peer, int) {
        peer.read_request();
        peer.send(no_content);
    }};
    const auto sink = sink_to(server.url());
    for (std::uint64_t i = 1; i <= 3; ++i) {
        CHECK(post(*sink, i).what == verdict::delivered); // on connections that the server has closed meanwhile
    }
    CHECK(server.connections() == 3);
}

TEST_CASE_METHOD(http_fixture,
                 "http: a host that refuses, or has no name, is unavailable, without an attempt of the event") {
    const dead_port dead;
    const auto refused = post(*sink_to(dead.url()));
    CHECK(refused.what == verdict::unavailable);
    CHECK(refused.detail.contains("Connection refused"));
    CHECK_FALSE(refused.detail.contains("hidden-path"));
    const auto nameless = post(*sink_to("http://no-such-host.invalid/"));
    CHECK(nameless.what == verdict::unavailable);
    CHECK(nameless.detail.contains("no-such-host.invalid"));
}

TEST_CASE_METHOD(http_fixture, "http: silence, a reset, or nonsense after the event was sent are tried again") {
    scripted_server server{[](scripted_peer& peer, int connection) {
        peer.read_request();
        if (connection == 0) {
            peer.read_to_end();
        } else if (connection == 1) {
            peer.reset();
        } else {
            peer.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
        }
    }};
    const auto sink = sink_to(server.url(), 200ms);
    const auto silent = post(*sink);
    CHECK(silent.what == verdict::retry);
    CHECK(silent.detail.contains("no complete response within 200ms"));
    CHECK(post(*sink).what == verdict::retry);
    CHECK(post(*sink).what == verdict::retry);
}

TEST_CASE_METHOD(http_fixture, "http: the text of a response is shown, but not if headers with secrets were sent") {
    scripted_server server{[](scripted_peer& peer, int) {
        peer.read_request();
        peer.send("HTTP/1.1 400 Bad\r\nContent-Length: 17\r\n\r\nno such: Bearer x");
    }};
    CHECK(post(*sink_to(server.url())).detail.ends_with("status 400: no such: Bearer x"));
    std::vector<std::pair<std::string, hookd::secret>> headers;
    headers.emplace_back("Authorization", hookd::secret{std::string_view{"Bearer x"}});
    CHECK(post(*sink_to(server.url(), 20s, std::move(headers))).detail.ends_with("status 400"));
}

TEST_CASE_METHOD(http_fixture, "http: cancelled while the server does not read, it ends at once") {
    std::atomic<int> connections = 0;
    std::promise<void> over;
    scripted_server server{[&](scripted_peer&, int) {
        ++connections;
        over.get_future().wait();
    }};
    auto large = sample();
    large.body.assign(std::size_t{32} << 20U, 'x');
    const auto sink = sink_to(server.url(), 60s);
    const auto begun = std::chrono::steady_clock::now();
    const auto stopped = cancel(*sink, [&] { return connections == 1; }, large);
    over.set_value();
    CHECK(stopped.what == verdict::unavailable);
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
}

TEST_CASE_METHOD(http_fixture, "http: cancelled while the server is silent, it ends immediately and is unavailable") {
    std::atomic<int> requests = 0;
    scripted_server server{[&](scripted_peer& peer, int) {
        for (;;) {
            if (peer.read_request().empty()) {
                return;
            }
            if (++requests == 1) {
                peer.send(no_content);
            }
        }
    }};
    const auto sink = sink_to(server.url(), 60s);
    CHECK(post(*sink).what == verdict::delivered); // so that the next is on a kept connection, and must not be resent
    const auto begun = std::chrono::steady_clock::now();
    const auto stopped = cancel(*sink, [&] { return requests == 2; });
    CHECK(stopped.what == verdict::unavailable);
    CHECK(stopped.detail == "stopped before the response arrived");
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
    CHECK(server.connections() == 1);
}
