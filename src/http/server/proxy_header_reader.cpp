// SPDX-License-Identifier: MIT
#include "http/server/proxy_header_reader.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace hookd::http {

namespace {

io_status status_of(ssize_t outcome) {
    if (outcome == 0) {
        return io_status::end;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? io_status::want_read : io_status::failed;
}

} // namespace

/// Peeks first and then reads what belongs to the header. Each step reads everything that it saw except the bytes after
/// the header, so that the socket is not readable again because of them.
io_status proxy_header_reader::read() {
    for (;;) {
        char* const next = bytes_.data() + filled_;
        const auto seen = recv(socket_, next, bytes_.size() - filled_, MSG_PEEK);
        if (seen <= 0) {
            return status_of(seen);
        }
        const auto reachable = filled_ + static_cast<std::size_t>(seen);
        header_ = parse_proxy_header({bytes_.data(), reachable});
        if (header_.reached == proxy_header::progress::refused) {
            return io_status::failed;
        }
        const bool complete = header_.reached == proxy_header::progress::complete;
        const auto taken = recv(socket_, next, (complete ? header_.length : reachable) - filled_, 0);
        if (taken <= 0) {
            return status_of(taken);
        }
        filled_ += static_cast<std::size_t>(taken);
        if (complete && filled_ == header_.length) {
            return io_status::done;
        }
    }
}

} // namespace hookd::http
