// SPDX-License-Identifier: MIT
// flood KIND HOST PORT SECONDS: one connection that always has more bytes on the way than its server works off; when
// the server ends it, another one. What is sent is made ahead, in batches that grow, so that making it slows nothing
// down. In the end one line says: connections=N longest=SECONDS megabytes=N.
//
// KIND over TCP: pipelined, chunk-extensions, tiny-chunks, lingering; over TLS the same with the prefix "tls-", and
// tls-tiny-records   a body in records of one byte
// tls-key-updates    TLS 1.3: KeyUpdate messages (RFC 8446 section 4.6.3)
// tls-client-hellos  TLS 1.2: ClientHellos behind the handshake, which ask for another (RFC 5246 section 7.4.1.1)
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace {

using clock = std::chrono::steady_clock;
using namespace std::string_literals;

constexpr std::size_t first_batch = std::size_t{64} << 10U;
constexpr std::size_t largest_batch = std::size_t{16} << 20U;

struct ended {};

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what);
}

// What is sent: the beginning of a connection, and what then comes over and over.

struct content {
    std::string opening;
    std::string repeated;
};

content content_of(std::string_view kind) {
    const auto post = [](const std::string& path, const std::string& framing) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n\r\n";
    };
    const std::map<std::string_view, content> known{
        {"pipelined", {"", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"}},
        {"chunk-extensions",
         {post("/webhooks/colivara", "Transfer-Encoding: chunked"), "1;" + std::string(30'000, 'a') + "\r\nx\r\n"}},
        {"tiny-chunks", {post("/webhooks/colivara", "Transfer-Encoding: chunked"), "1\r\nx\r\n"}},
        {"lingering", {post("/nowhere", "Content-Length: 1000000000"), std::string(16'000, 'x')}},
        {"tiny-records", {post("/webhooks/colivara", "Content-Length: 1000000"), "x"}},
    };
    return known.at(kind);
}

// How it is sent. A wire turns content into the bytes of a connection.

class wire {
public:
    virtual ~wire() = default;
    virtual std::string bytes_of(std::string_view what) = 0;
};

class plain final : public wire {
public:
    std::string bytes_of(std::string_view what) override { return std::string{what}; }
};

class tls : public wire {
public:
    tls(int socket, int version)
        : context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free}, ssl_{SSL_new(context_.get()), SSL_free} {
        SSL_set_verify(ssl_.get(), SSL_VERIFY_NONE, nullptr);
        SSL_set_min_proto_version(ssl_.get(), version);
        SSL_set_max_proto_version(ssl_.get(), version);
        SSL_set_cipher_list(ssl_.get(), "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256");
        SSL_set_fd(ssl_.get(), socket);
        if (SSL_connect(ssl_.get()) != 1) {
            throw ended{};
        }
        SSL_set0_wbio(ssl_.get(), BIO_new(BIO_s_mem()));
    }

    /// In records of up to 16 KiB, one for each call.
    std::string bytes_of(std::string_view what) override {
        for (; !what.empty(); what.remove_prefix(std::min<std::size_t>(what.size(), 16'384))) {
            SSL_write(ssl_.get(), what.data(), static_cast<int>(std::min<std::size_t>(what.size(), 16'384)));
        }
        return written();
    }

protected:
    SSL* ssl() { return ssl_.get(); }
    std::string written() {
        BIO* const bytes = SSL_get_wbio(ssl_.get());
        std::string taken(BIO_ctrl_pending(bytes), '\0');
        BIO_read(bytes, taken.data(), static_cast<int>(taken.size()));
        return taken;
    }

private:
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

class key_updates final : public tls {
public:
    explicit key_updates(int socket) : tls{socket, TLS1_3_VERSION} {}
    std::string bytes_of(std::string_view /*unused*/) override {
        SSL_key_update(ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
        SSL_do_handshake(ssl());
        return written();
    }
};

/// Encrypts its records itself (RFC 5288), since OpenSSL would wait for an answer to each hello.
class client_hellos final : public tls {
public:
    explicit client_hellos(int socket)
        : tls{socket, TLS1_2_VERSION}, cipher_{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free} {
        std::array<unsigned char, 48> master{};
        std::array<unsigned char, 13 + 32 + 32> seed{"key expansion"};
        SSL_SESSION_get_master_key(SSL_get_session(ssl()), master.data(), master.size());
        SSL_get_server_random(ssl(), &seed[13], 32);
        SSL_get_client_random(ssl(), &seed[13 + 32], 32);
        std::array<OSSL_PARAM, 4> parameters{OSSL_PARAM_construct_utf8_string("digest", digest_.data(), 0),
                                             OSSL_PARAM_construct_octet_string("secret", master.data(), master.size()),
                                             OSSL_PARAM_construct_octet_string("seed", seed.data(), seed.size()),
                                             OSSL_PARAM_construct_end()};
        const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf{EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr),
                                                                    EVP_KDF_free};
        const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> derivation{EVP_KDF_CTX_new(kdf.get()),
                                                                                   EVP_KDF_CTX_free};
        if (EVP_KDF_derive(derivation.get(), keys_.data(), keys_.size(), parameters.data()) != 1) {
            fail("no keys");
        }
    }

    std::string bytes_of(std::string_view /*unused*/) override {
        static const std::string hello =
            "\x01\x00\x00\x29\x03\x03"s + std::string(32, 'r') + "\x00\x00\x02\xc0\x2b\x01\x00"s;
        return record(22, hello);
    }

private:
    std::string record(char type, const std::string& what) {
        std::array<unsigned char, 12> nonce{};
        std::copy_n(&keys_[32], 4,
                    nonce.begin()); // client_write_key, server_write_key, client_write_IV, server_write_IV
        std::array<unsigned char, 13> associated{};
        for (std::size_t i = 0; i < 8; ++i) {
            associated[i] = nonce[4 + i] = static_cast<unsigned char>(sequence_ >> (56 - 8 * i));
        }
        ++sequence_;
        const auto length = [](std::size_t size) {
            return std::string{static_cast<char>(size >> 8U), static_cast<char>(size)};
        };
        const std::string head = std::string{type} + "\x03\x03";
        std::ranges::copy(head + length(what.size()), &associated[8]);
        std::string sealed(what.size() + 16, '\0');
        auto* const out = reinterpret_cast<unsigned char*>(sealed.data());
        int count = 0;
        EVP_EncryptInit_ex(cipher_.get(), EVP_aes_128_gcm(), nullptr, keys_.data(), nonce.data());
        EVP_EncryptUpdate(cipher_.get(), nullptr, &count, associated.data(), associated.size());
        EVP_EncryptUpdate(cipher_.get(), out, &count, reinterpret_cast<const unsigned char*>(what.data()),
                          static_cast<int>(what.size()));
        EVP_EncryptFinal_ex(cipher_.get(), out + count, &count);
        EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_AEAD_GET_TAG, 16, out + what.size());
        return head + length(8 + sealed.size()) + std::string{nonce.begin() + 4, nonce.end()} + sealed;
    }

    std::string digest_ = "SHA256";
    std::array<unsigned char, 40> keys_{};
    std::uint64_t sequence_ = 1; // that of Finished was 0
    std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher_;
};

// The connections.

class connection {
public:
    connection(const char* host, int port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        inet_pton(AF_INET, host, &address.sin_addr);
        if (socket_ < 0 || connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            close(socket_);
            throw ended{};
        }
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() { close(socket_); }
    int socket() const { return socket_; }

private:
    int socket_;
};

/// False when the server has ended the connection.
bool send_all(int socket, std::string_view bytes, clock::time_point until, std::uint64_t& sent) {
    while (!bytes.empty() && clock::now() < until) {
        pollfd ready{.fd = socket, .events = POLLIN | POLLOUT, .revents = 0};
        poll(&ready, 1, 100);
        std::array<char, 65'536> answers{};
        if ((ready.revents & POLLIN) != 0) {
            const auto got = recv(socket, answers.data(), answers.size(), MSG_DONTWAIT);
            if (got == 0 || (got < 0 && errno != EAGAIN)) {
                return false;
            }
        }
        const auto gone = send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (gone < 0 && errno != EAGAIN) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(gone, 0)));
        sent += static_cast<std::uint64_t>(std::max<ssize_t>(gone, 0));
    }
    return true;
}

std::unique_ptr<wire> make_wire(std::string_view kind, int socket) {
    if (kind == "tls-key-updates") {
        return std::make_unique<key_updates>(socket);
    }
    if (kind == "tls-client-hellos") {
        return std::make_unique<client_hellos>(socket);
    }
    return kind.starts_with("tls-") ? std::unique_ptr<wire>{std::make_unique<tls>(socket, TLS1_3_VERSION)}
                                    : std::make_unique<plain>();
}

void run_connection(int socket, std::string_view kind, clock::time_point until, std::uint64_t& sent) {
    const auto over = make_wire(kind, socket);
    const bool no_content = kind == "tls-key-updates" || kind == "tls-client-hellos";
    const auto what = no_content ? content{} : content_of(kind.starts_with("tls-") ? kind.substr(4) : kind);
    std::string batch = what.opening.empty() ? "" : over->bytes_of(what.opening);
    std::string unit = what.repeated;
    while (!kind.ends_with("tiny-records") && !unit.empty() &&
           unit.size() < 16'000) { // several in a record, as a record may hold
        unit += what.repeated;
    }
    for (std::size_t size = first_batch;; size = std::min(2 * size, largest_batch)) {
        while (batch.size() < size) {
            batch += over->bytes_of(unit);
        }
        if (!send_all(socket, batch, until, sent) || clock::now() >= until) {
            return;
        }
        batch.clear();
    }
}

} // namespace

int main(int count, char** arguments) {
    try {
        if (count != 5) {
            fail("usage: flood KIND HOST PORT SECONDS");
        }
        const auto until = clock::now() + std::chrono::milliseconds{static_cast<int>(1000 * std::atof(arguments[4]))};
        std::uint64_t sent = 0;
        int connections = 0;
        double longest = 0;
        for (; clock::now() < until; ++connections) {
            const auto begun = clock::now();
            try {
                run_connection(connection{arguments[2], std::atoi(arguments[3])}.socket(), arguments[1], until, sent);
            } catch (const ended&) { // before it had begun
                std::this_thread::sleep_for(std::chrono::milliseconds{10});
            }
            longest = std::max(longest, std::chrono::duration<double>(clock::now() - begun).count());
        }
        std::printf("connections=%d longest=%.2f megabytes=%.1f\n", connections, longest,
                    static_cast<double>(sent) / 1e6);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "flood: %s\n", error.what());
        return 1;
    }
}
