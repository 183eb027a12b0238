// SPDX-License-Identifier: MIT
#include "authority.hpp"
#include "running_server.hpp"

#include <catch2/catch.hpp>
#include <openssl/ssl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <latch>
#include <mutex>
#include <unistd.h>

namespace {

constinit const hookd::response accepted{204};

/// A client that sends its data at once, over TLS with each part in its own record.
class raw_client {
public:
    raw_client(std::uint16_t port, bool over_tls) : socket_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        if (over_tls) {
            ssl_.reset(SSL_new(context_.get()));
            SSL_set_fd(ssl_.get(), socket_);
            REQUIRE(SSL_connect(ssl_.get()) == 1);
        }
    }
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;
    ~raw_client() { close(socket_); }

    void send(const std::vector<std::string>& parts) {
        std::string bytes;
        if (ssl_ == nullptr) {
            for (const auto& part : parts) {
                bytes += part;
            }
        } else {
            BIO* const gathered = BIO_new(BIO_s_mem());
            BIO_up_ref(gathered);
            SSL_set0_wbio(ssl_.get(), gathered);
            for (const auto& part : parts) {
                REQUIRE(SSL_write(ssl_.get(), part.data(), static_cast<int>(part.size())) > 0);
            }
            bytes.resize(BIO_ctrl_pending(gathered));
            BIO_read(gathered, bytes.data(), static_cast<int>(bytes.size()));
            BIO_free(gathered);
        }
        REQUIRE(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    }

    void wait_for_an_answer() {
        std::array<char, 4096> response{};
        REQUIRE((ssl_ == nullptr ? static_cast<int>(recv(socket_, response.data(), response.size(), 0))
                                 : SSL_read(ssl_.get(), response.data(), response.size())) > 0);
    }

private:
    int socket_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
};

std::string request(const std::string& path, std::size_t body = 0) {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body) + "\r\n\r\n";
}

/// Both clients are served once. Then the greedy one sends all that it is given behind a request that holds the
/// server's one thread up until the other has sent a request, too; the paths of the requests in the order in which the
/// server came to them.
std::vector<std::string> order(bool over_tls, const std::vector<std::string>& greedy_parts, std::size_t requests) {
    authority trusted;
    std::mutex mutex;
    std::vector<std::string> seen;
    std::latch held{1};
    std::latch go_on{1};
    std::latch all{static_cast<std::ptrdiff_t>(requests)};
    running_server server{[&](const hookd::request& what) {
                              const std::string path{what.target};
                              if (path == "/begin") {
                                  return accepted;
                              }
                              if (path == "/hold") {
                                  held.count_down();
                                  go_on.wait();
                                  return accepted;
                              }
                              {
                                  const std::lock_guard lock{mutex};
                                  seen.push_back(path);
                              }
                              all.count_down();
                              return accepted;
                          },
                          over_tls ? std::optional{trusted.issue("IP:127.0.0.1")} : std::nullopt};
    raw_client greedy{server.port(), over_tls};
    raw_client other{server.port(), over_tls};
    for (auto* const each : {&greedy, &other}) {
        each->send({request("/begin")});
        each->wait_for_an_answer();
    }
    std::vector<std::string> parts{request("/hold")};
    parts.insert(parts.end(), greedy_parts.begin(), greedy_parts.end());
    greedy.send(parts);
    held.wait();
    other.send({request("/other")});
    go_on.count_down();
    all.wait();
    const std::lock_guard lock{mutex};
    return seen;
}

/// How many of the greedy client's requests the other had to wait for.
std::ptrdiff_t waited_for(const std::vector<std::string>& order) {
    return std::ranges::find(order, "/other") - order.begin();
}

} // namespace

TEST_CASE("turns: between requests that came at once, others are served") {
    const bool over_tls = GENERATE(false, true);
    CAPTURE(over_tls);
    constexpr std::size_t many = 30; // as many as are read at once
    std::string pipelined;
    for (std::size_t i = 0; i < many; ++i) {
        pipelined += request("/greedy");
    }
    CHECK(waited_for(order(over_tls, {pipelined}, many + 1)) <= 3);
}

TEST_CASE("turns: between TLS records that came at once, others are served") {
    constexpr std::size_t many = 100;
    std::vector<std::string> records{request("/greedy", many)};
    records.insert(records.end(), many, "x");
    CHECK(waited_for(order(true, records, 2)) == 0);
}
