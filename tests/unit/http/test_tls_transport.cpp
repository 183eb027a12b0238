// SPDX-License-Identifier: MIT
#include "authority.hpp"

#include <hookd/http/transport/transport.hpp>

#include <catch2/catch.hpp>
#include <openssl/ssl.h>

#include <array>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace http = hookd::http;

namespace {

using context_ptr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

/// A client's transport, and its server: OpenSSL itself at the other end of a socket pair.
struct connected {
    connected() {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
        const auto files = issuer.issue("DNS:localhost");
        SSL_CTX_use_certificate_chain_file(server_context.get(), files.certificate.c_str());
        SSL_CTX_use_PrivateKey_file(server_context.get(), files.private_key.c_str(), SSL_FILETYPE_PEM);
        SSL_CTX_set_num_tickets(server_context.get(), 0); // the first records that follow the handshake are the test's
        server.reset(SSL_new(server_context.get()));
        SSL_set_fd(server.get(), ends[0]);
        client = http::make_tls_client_transport(ends[1], client_context.get(), "localhost");
        bool is_up = false;
        for (int turn = 0; turn < 10 && !is_up; ++turn) {
            const auto reached = client->handshake();
            is_up = SSL_accept(server.get()) == 1 && reached == http::io_status::done;
        }
        REQUIRE(is_up);
    }
    connected(const connected&) = delete;
    connected& operator=(const connected&) = delete;
    ~connected() {
        client.reset();
        ::close(ends[0]);
        ::close(ends[1]);
    }

    /// The records that the server would send for these texts, one each.
    std::string records(const std::vector<std::string>& texts) {
        BIO* const gathered = BIO_new(BIO_s_mem());
        BIO_up_ref(gathered);
        SSL_set0_wbio(server.get(), gathered);
        for (const auto& text : texts) {
            REQUIRE(SSL_write(server.get(), text.data(), static_cast<int>(text.size())) > 0);
        }
        std::string bytes(BIO_ctrl_pending(gathered), '\0');
        BIO_read(gathered, bytes.data(), static_cast<int>(bytes.size()));
        BIO_free(gathered);
        return bytes;
    }
    void send(std::string_view bytes) const {
        REQUIRE(::send(ends[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    }
    std::pair<http::io_status, std::string> read() const {
        std::array<char, 4096> bytes{};
        std::size_t count = 0;
        const auto status = client->read(bytes, count);
        return {status, std::string{bytes.data(), count}};
    }

    authority issuer;
    std::array<int, 2> ends{};
    context_ptr server_context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
    context_ptr client_context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> server{nullptr, SSL_free};
    std::unique_ptr<http::transport> client;
};

} // namespace

TEST_CASE("TLS transport: a part of a record is nothing to read without waiting, so that deadlines are looked at") {
    connected both;
    const auto sent = both.records({"first", "second"});
    both.send(std::string_view{sent}.substr(0, sent.size() - 1));
    CHECK(both.read() == std::pair{http::io_status::done, std::string{"first"}});
    CHECK(both.client->memory() > 0);
    CHECK_FALSE(both.client->holds_bytes());
    both.send(std::string_view{sent}.substr(sent.size() - 1));
    CHECK(both.read() == std::pair{http::io_status::done, std::string{"second"}});
    CHECK(both.client->memory() == 0);
}

TEST_CASE("TLS transport: a second record that came with the first is there without waiting") {
    connected both;
    both.send(both.records({"first", "second"}));
    CHECK(both.read() == std::pair{http::io_status::done, std::string{"first"}});
    CHECK(both.client->holds_bytes());
    CHECK(both.read() == std::pair{http::io_status::done, std::string{"second"}});
    CHECK_FALSE(both.client->holds_bytes());
}
