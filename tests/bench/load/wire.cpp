// SPDX-License-Identifier: MIT
#include "wire.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (fd < 0 || ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 ||
        ::fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        throw std::runtime_error("cannot connect to port " + std::to_string(port));
    }
    return fd;
}

/// The status once the answer is whole, 0 before. Bodies are small and come with a Content-Length.
unsigned status_of(const std::string& answer) {
    const auto end = answer.find("\r\n\r\n");
    if (end == std::string::npos) {
        return 0;
    }
    const auto status = static_cast<unsigned>(std::atoi(answer.c_str() + 9));
    if (status != 204) {
        const auto length = answer.find("ontent-");
        const auto value = length == std::string::npos ? 0 : answer.find("ength: ", length);
        const auto body = value == 0 || value == std::string::npos ? 0 : std::atoi(answer.c_str() + value + 7);
        return answer.size() < end + 4 + static_cast<std::size_t>(body) ? 0 : status;
    }
    if (answer.size() != end + 4) {
        throw std::runtime_error("a 204 with something behind it");
    }
    return status;
}

} // namespace

wire::wire(int poll, std::uint16_t port, SSL_CTX* tls)
    : poll_{poll}, fd_{connect_to(port)}, ssl_{tls == nullptr ? nullptr : SSL_new(tls)}, open_{ssl_ == nullptr} {
    wanted_ = ssl_ ? EPOLLIN | EPOLLOUT : EPOLLIN; // TLS begins when the socket is said to be writable
    epoll_event event{.events = wanted_, .data = {.ptr = this}};
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd_, &event);
    if (ssl_) {
        SSL_set_fd(ssl_.get(), fd_);
        SSL_set_connect_state(ssl_.get());
    }
}

wire::~wire() {
    ::close(fd_);
}

void wire::want(std::uint32_t events) {
    if (events != wanted_) {
        wanted_ = events;
        epoll_event event{.events = wanted_, .data = {.ptr = this}};
        ::epoll_ctl(poll_, EPOLL_CTL_MOD, fd_, &event);
    }
}

bool wire::handshake() {
    want(EPOLLIN);
    const int result = SSL_do_handshake(ssl_.get());
    if (result != 1 && outcome(result, 0) < 0) {
        throw std::runtime_error("a TLS handshake failed");
    }
    open_ = result == 1;
    return open_;
}

void wire::send(std::string_view request) {
    answer_.clear();
    unsent_ = request;
    flush();
}

void wire::flush() {
    while (!unsent_.empty()) {
        const auto sent = write(unsent_);
        if (sent < 0) {
            throw std::runtime_error("a connection broke while sending");
        }
        if (sent == 0) {
            want(EPOLLIN | EPOLLOUT);
            return;
        }
        unsent_.remove_prefix(static_cast<std::size_t>(sent));
    }
    want(EPOLLIN);
}

progress wire::advance() {
    if (!open_) {
        return handshake() ? progress::open : progress::waits;
    }
    flush();
    std::array<char, 4096> buffer{};
    const auto size = read(buffer.data(), buffer.size());
    if (size <= 0) {
        return size < 0 ? progress::closed : progress::waits;
    }
    answer_.append(buffer.data(), static_cast<std::size_t>(size));
    status_ = status_of(answer_);
    return status_ == 0 ? progress::waits : progress::answered;
}

void wire::finish() {
    if (ssl_) {
        SSL_shutdown(ssl_.get());
    }
    ::shutdown(fd_, SHUT_WR);
}

std::ptrdiff_t wire::outcome(int result, std::size_t moved) {
    if (result > 0) {
        return static_cast<std::ptrdiff_t>(moved);
    }
    const int error = SSL_get_error(ssl_.get(), result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

std::ptrdiff_t wire::read(char* into, std::size_t room) {
    if (ssl_) {
        std::size_t count = 0;
        const int result = SSL_read_ex(ssl_.get(), into, room, &count);
        return outcome(result, count);
    }
    const auto count = ::recv(fd_, into, room, 0);
    return count > 0 ? count : count < 0 && errno == EAGAIN ? 0 : -1;
}

std::ptrdiff_t wire::write(std::string_view bytes) {
    if (ssl_) {
        std::size_t count = 0;
        const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
        return outcome(result, count);
    }
    const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return count >= 0 ? count : errno == EAGAIN ? 0 : -1;
}

/// It trusts anyone, as it measures and protects nothing, and never resumes: each handshake is a whole one. It offers
/// one cipher, so that every server's is the same.
std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> client_context() {
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> made{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_ciphersuites(made.get(), "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(made.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
    return made;
}
