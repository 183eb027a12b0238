// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// What a connection came to when it was told that its socket is ready.
enum class progress : std::uint8_t {
    waits,    ///< Nothing is whole yet.
    open,     ///< The handshake is done just now.
    answered, ///< An answer is whole.
    closed,   ///< The peer has ended it.
};

/// A client's connection to 127.0.0.1, plain or TLS, that never blocks.
class wire {
public:
    /// `poll`: the epoll descriptor that tells of it, by its address. `tls`: null for plain.
    wire(int poll, std::uint16_t port, SSL_CTX* tls);
    ~wire();
    wire(const wire&) = delete;
    wire& operator=(const wire&) = delete;

    void send(std::string_view request);
    progress advance();
    /// Of the answer that is whole.
    unsigned status() const { return status_; }
    /// Says that nothing more will come; the peer then ends the connection.
    void finish();

private:
    struct ssl_free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    bool handshake();
    void flush();
    void want(std::uint32_t events);
    /// Bytes moved; 0: not now; -1: the peer ended the connection.
    std::ptrdiff_t read(char* into, std::size_t room);
    std::ptrdiff_t write(std::string_view bytes);
    std::ptrdiff_t outcome(int result, std::size_t moved);

    int poll_;
    int fd_;
    std::unique_ptr<SSL, ssl_free> ssl_;
    bool open_;
    std::uint32_t wanted_ = 0;
    std::string_view unsent_;
    std::string answer_;
    unsigned status_ = 0;
};

std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> client_context();
