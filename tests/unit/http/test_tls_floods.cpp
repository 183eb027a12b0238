// SPDX-License-Identifier: MIT
#include "authority.hpp"
#include "scripted_server.hpp"

#include <hookd/http/client/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <csignal>

namespace asio = boost::asio;
using namespace hookd::http;
using namespace std::chrono_literals;

namespace {

/// A server that does, behind a handshake and a request, what a test says.
class tls_server {
public:
    using script = std::function<void(SSL* ssl)>;

    explicit tls_server(script what)
        : files_{trusted_.issue("IP:127.0.0.1")}, what_{std::move(what)},
          server_{[this](scripted_peer& peer, int) { serve(peer.socket()); }} {}

    client_result<client_response> post(client_limits limits) {
        asio::io_context context{1};
        const auto where = parse_url("https://127.0.0.1:" + std::to_string(server_.port()) + "/").value();
        client here{context, find_destination(where, {.ca_file = trusted_.certificate()}).value(), limits};
        std::optional<client_result<client_response>> outcome;
        asio::co_spawn(context, here.request("POST", where.target, {}, "{}"),
                       [&](const std::exception_ptr&, client_result<client_response> value) {
                           outcome = std::move(value);
                           context.stop();
                       });
        context.run();
        return *outcome;
    }

private:
    void serve(int socket) const {
        signal(SIGPIPE, SIG_IGN); // the client will have closed
        const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
        SSL_CTX_use_certificate_chain_file(context.get(), files_.certificate.c_str());
        SSL_CTX_use_PrivateKey_file(context.get(), files_.private_key.c_str(), SSL_FILETYPE_PEM);
        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl{SSL_new(context.get()), SSL_free};
        SSL_set_fd(ssl.get(), socket);
        std::array<char, 4096> request{};
        if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), request.data(), request.size()) > 0) {
            what_(ssl.get());
        }
    }

    authority trusted_;
    hookd::tls_settings files_;
    script what_;
    scripted_server server_;
};

bool write(SSL* ssl, std::string_view what) {
    return SSL_write(ssl, what.data(), static_cast<int>(what.size())) > 0;
}

} // namespace

TEST_CASE("client over TLS: a server that sends KeyUpdates without end is given up") {
    const auto answer_after = [](int updates) {
        tls_server server{[updates](SSL* ssl) {
            for (int i = 0; i < updates; ++i) {
                SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
                SSL_do_handshake(ssl);
            }
            write(ssl, "HTTP/1.1 204 No Content\r\n\r\n");
            SSL_shutdown(ssl);
        }};
        return server.post({});
    };
    CHECK(answer_after(20).value().status == 204);
    const auto refused = answer_after(40);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == client_errc::malformed);
    CHECK(refused.error().detail == "the server sent more than 32 TLS records without data");
}

TEST_CASE("client over TLS: an endless response ends with the deadline, however fast it comes") {
    tls_server server{[](SSL* ssl) {
        write(ssl, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        std::string chunks;
        while (chunks.size() < 16'000) {
            chunks += "1\r\nx\r\n";
        }
        while (write(ssl, chunks)) {
        }
    }};
    const auto begun = std::chrono::steady_clock::now();
    const auto refused = server.post({.whole = 300ms});
    CHECK(std::chrono::steady_clock::now() - begun < 5s);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == client_errc::timed_out);
}
