// SPDX-License-Identifier: MIT
#include <hookd/http/transport/transport.hpp>

#include <cerrno>
#include <sys/socket.h>

namespace hookd::http {

namespace {

class plain_transport final : public transport {
public:
    explicit plain_transport(int socket) : socket_{socket} {}

    io_status handshake() override { return io_status::done; }

    io_status read(std::span<char> into, std::size_t& count) override {
        return status(recv(socket_, into.data(), into.size(), 0), io_status::want_read, count);
    }

    io_status write(std::string_view bytes, std::size_t& count) override {
        return status(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), io_status::want_write, count);
    }

    bool holds_bytes() const override { return false; }
    bool plain() const override { return true; }

private:
    static io_status status(ssize_t outcome, io_status blocked, std::size_t& count) {
        if (outcome > 0) {
            count = static_cast<std::size_t>(outcome);
            return io_status::done;
        }
        if (outcome == 0) {
            return io_status::end;
        }
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? blocked : io_status::failed;
    }

    int socket_;
};

} // namespace

std::unique_ptr<transport> make_plain_transport(int socket) {
    return std::make_unique<plain_transport>(socket);
}

} // namespace hookd::http
