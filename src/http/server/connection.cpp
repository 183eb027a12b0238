// SPDX-License-Identifier: MIT
#include "http/server/connection.hpp"

#include "http/server/client_address.hpp"
#include "http/server/io_thread.hpp"
#include "http/server/log_kinds.hpp"

#include <hookd/core/failpoint.hpp>
#include <hookd/http/server/body_stream.hpp>
#include <hookd/http/transport/use_tuple.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <sys/socket.h>

namespace hookd::http {

namespace {

using namespace std::chrono_literals;

constexpr auto linger_time = 2s;
constexpr std::size_t linger_bytes = std::size_t{4} << 20U;
/// A connection that sends this many bytes at once is not idle; fewer bytes do not count.
constexpr std::size_t least_brought = std::size_t{16} << 10U;
/// When draining begins, a request may be on its way on a connection that has not sent any: it gets this long.
constexpr auto drain_grace = 1s;

/// unix(7), SO_PEERCRED: as of its connect(2).
std::optional<std::uint32_t> user_of(int unix_socket) {
    ucred peer{};
    socklen_t length = sizeof peer;
    const bool known = getsockopt(unix_socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0;
    return known ? std::optional<std::uint32_t>{peer.uid} : std::nullopt;
}

} // namespace

connection::connection(io_thread& home, listener_ptr where, socket peer, std::unique_ptr<transport> transport,
                       std::optional<ip_address> address, connection_limits::permit permit)
    : home_{home}, snapshot_{home.current()}, where_{std::move(where)}, socket_{std::move(peer)},
      transport_{std::move(transport)}, address_{address}, permit_{std::move(permit)},
      reader_{snapshot_->limits, where_->settings.health_checks ? leniency::health_checks : leniency::none},
      body_memory_{home_.shared().bodies, [&home] { home.look_at_deadlines_soon(); }} {
    user_ = address ? std::nullopt : user_of(socket_.native_handle());
    name_peer();
    home_.add(*this);
    home_.shared().metrics.connections_opened.add();
}

connection::~connection() {
    home_.no_stranger(*this);
    home_.shared().metrics.connections_closed.add();
}

void connection::name_peer() {
    peer_ = name_of(address_);
}

void connection::enter(phase what) {
    const auto& limits = snapshot_->limits;
    const auto allowed = [&]() -> std::chrono::milliseconds {
        switch (what) {
        case phase::handshake:
            return limits.tls_timeout;
        case phase::first:
        case phase::head:
            return limits.header_timeout;
        case phase::idle:
            return limits.idle_timeout;
        case phase::body:
        case phase::answering:
            return limits.body_timeout;
        case phase::lingering:
            return linger_time;
        case phase::working:
            break;
        }
        return 0ms;
    }();
    phase_ = what;
    expired_ = false;
    if (what == phase::working) {
        deadline_ = clock::time_point::max();
    } else {
        entered_at_ = clock::now();
        deadline_ = entered_at_ + allowed;
    }
    if (what == phase::handshake || what == phase::first) {
        deadline_ = std::min(deadline_, leaves_at_);
    }
}

void connection::look_at_deadline(clock::time_point now) {
    const bool gave_way = phase_ < phase::working && body_memory_.gave_way();
    if ((now >= deadline_ && !failpoint("no_deadlines")) || gave_way) {
        deadline_ = clock::time_point::max();
        expired_ = true;
        socket_.cancel();
    }
}

void connection::drain() {
    leaving_ = true;
    leaves_at_ = std::min(leaves_at_, clock::now() + drain_grace);
    if (phase_ == phase::idle) {
        deadline_ = clock::time_point::min();
    } else if (phase_ == phase::first || phase_ == phase::handshake) {
        deadline_ = std::min(deadline_, leaves_at_);
    }
    look_at_deadline(clock::now());
}

void connection::abort() {
    cut_ = true;
    socket_.cancel();
}

std::optional<connection_limits::permit> connection::give_way(const std::optional<ip_address>& to) {
    if (!permit_.pass_to(to)) {
        return std::nullopt;
    }
    home_.no_stranger(*this);
    home_.shared().metrics.limit_reached(limit_effect::gave_way);
    log(log_kinds::gave_way, "closed a connection for a new one",
        "max_connections reached, and it was idle for longest without an authentic request");
    abort();
    return std::move(permit_);
}

/// Small amounts of data do not make it less idle.
void connection::brought(std::size_t bytes) {
    brought_ += bytes;
    if (brought_ >= least_brought) {
        body_memory_.refresh();
        refresh();
    }
}

/// Rejected requests do not make it less idle either.
void connection::answered(const response& what) {
    if (what.authentic) {
        home_.no_stranger(*this);
    } else if (what.status < 300) {
        refresh();
    }
}

void connection::refresh() {
    brought_ = 0;
    if (stranger.is_linked()) {
        idle_since_ = clock::now();
        home_.idle_last(*this);
    }
}

asio::awaitable<void> connection::run() {
    enter(phase::handshake);
    if (!co_await take_proxy_header() || !co_await handshake()) {
        co_return;
    }
    while (!cut_ && co_await serve_request()) {
        if (reader_.begun() || transport_->holds_bytes()) { // pipelined: first the other connections get their turn
            co_await let_others_run();
        }
    }
    transport_->close_notify();
}

/// Waits for what the transport needs; false if it needs nothing more, or its time is over.
asio::awaitable<bool> connection::wait_for(io_status blocked) {
    if ((blocked != io_status::want_read && blocked != io_status::want_write) || expired_ || cut_) {
        co_return false;
    }
    const auto readiness = blocked == io_status::want_read ? socket::wait_read : socket::wait_write;
    const auto [ec] = co_await socket_.async_wait(readiness, use_tuple);
    co_return !ec && !expired_ && !cut_;
}

/// Between two pieces of received data: the other connections of the thread, and its timer, get their turn. Whether to
/// continue.
asio::awaitable<bool> connection::let_others_run() {
    if (!failpoint("no_turns")) {
        co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    }
    co_return !expired_ && !cut_;
}

asio::awaitable<bool> connection::handshake() {
    for (;;) {
        const auto status = transport_->handshake();
        if (status == io_status::done) {
            if (where_->tls) {
                home_.shared().metrics.handshakes.add();
            }
            co_return true;
        }
        if (!co_await wait_for(status)) {
            if (!cut_ && transport_->begun()) { // otherwise it was only a check whether somebody listens
                home_.shared().metrics.failed_handshakes.add();
                log(log_kinds::failed_handshakes, "TLS handshake failed",
                    expired_ ? "it took longer than tls_timeout" : transport_->handshake_error());
            }
            co_return false;
        }
    }
}

/// A request and its response; returns whether another may follow on this connection. Usually the bytes arrive with one
/// wait and the response is sent without any: each coroutine saved on this path is measurable.
asio::awaitable<bool> connection::serve_request() {
    if (served_ && leaving_ && !reader_.begun()) {
        co_return false;
    }
    enter(served_ ? phase::idle : phase::first);
    if (!co_await read_until(request_reader::progress::head, "the header took longer than header_timeout")) {
        co_return false;
    }
    request& current = reader_.current();
    if (!find_client()) {
        co_await refuse(
            400,
            "a trusted proxy sent an invalid Forwarded, or one that names another client than its X-Forwarded-For: "
            "set forwarded_header");
        co_return false;
    }
    if (const auto early = snapshot_->requests->screen(current)) {
        if (reader_.has_body() || !reader_.keep_alive() || leaving_) {
            if (co_await send_answer(*early, false)) {
                co_await linger();
            }
            co_return false;
        }
        if (!co_await send_answer(*early, true)) {
            co_return false;
        }
    } else {
        if (reader_.advance() != request_reader::progress::complete && !co_await read_body()) {
            co_return false;
        }
        enter(phase::working);
        const response what = co_await snapshot_->requests->handle(current);
        const bool keep_alive = reader_.keep_alive() && !leaving_ && !what.stream;
        auto rest = begin_answer(what, keep_alive);
        if (!rest || (!rest->empty() && !co_await send(std::move(*rest)))) {
            co_return false;
        }
        if (what.stream && current.method != "HEAD") {
            co_await send_stream(*what.stream);
            co_return false;
        }
        if (!keep_alive) {
            if (more_has_come()) {
                co_await linger();
            }
            co_return false;
        }
    }
    reader_.next();
    static_cast<void>(account_memory()); // returns some
    served_ = true;
    co_return true;
}

/// After the last request with a response.
bool connection::more_has_come() {
    reader_.next();
    boost::system::error_code ignored;
    return reader_.begun() || transport_->holds_bytes() || socket_.available(ignored) > 0;
}

asio::awaitable<bool> connection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        std::size_t count = 0;
        const auto status = transport_->write(bytes, count);
        if (status == io_status::done) {
            bytes.remove_prefix(count);
        } else if (!co_await wait_for(status)) {
            co_return false;
        }
    }
    co_return true;
}

asio::awaitable<bool> connection::send(unsent what) {
    co_return co_await send(std::string_view{what.copied}) && co_await send(what.body);
}

/// Returns what the socket did not accept of the response, which must live on: usually nothing, unless the peer does
/// not read. No value: the connection has ended.
std::optional<connection::unsent> connection::begin_answer(const response& what, bool keep_alive) {
    enter(phase::answering);
    answered(what);
    home_.shared().metrics.answered(what.status);
    const auto [bytes, rest] = home_.responses().write(what, keep_alive, reader_.current().method == "HEAD");
    std::size_t count = 0;
    const auto status = transport_->write(bytes, count);
    record(what);
    if (status == io_status::failed || status == io_status::end) {
        return std::nullopt;
    }
    return unsent{std::string{bytes.substr(count)}, rest}; // meanwhile other connections use the writer's buffer
}

/// Once the response has left, so that it is not delayed.
void connection::record(const response& what) {
    request& current = reader_.current();
    if (current.client.empty()) { // rejected before it was looked for
        current.client = peer_;
    }
    snapshot_->requests->served({.what = current,
                                 .outcome = what,
                                 .header_bytes = reader_.header_bytes(),
                                 .body_bytes = reader_.body_bytes(),
                                 .whole = reader_.whole(),
                                 .duration = entered_at_ - begun_at_});
}

asio::awaitable<bool> connection::send_answer(const response& what, bool keep_alive) {
    auto rest = begin_answer(what, keep_alive);
    co_return rest.has_value() && co_await send(std::move(*rest));
}

/// What a client sends during a stream has no meaning.
bool connection::peer_has_gone() {
    char ignored = 0;
    std::size_t count = 0;
    const auto status = transport_->read({&ignored, 1}, count);
    return status == io_status::end || status == io_status::failed;
}

/// Until it ends, the peer closes the connection or does not read a piece within body_timeout, or the connection is to
/// end.
asio::awaitable<void> connection::send_stream(body_stream& what) {
    while (!leaving_ && !cut_) {
        enter(phase::working);
        const auto piece = co_await what.next();
        if (!piece) {
            co_return;
        }
        if (piece->empty()) {
            if (peer_has_gone()) {
                co_return;
            }
            continue;
        }
        enter(phase::answering);
        if (!co_await send(std::string_view{*piece})) {
            co_return;
        }
        refresh();
    }
}

/// The last response on a connection whose next bytes cannot be trusted.
asio::awaitable<void> connection::refuse(unsigned status, std::string_view reason) {
    const auto counted_as = home_.shared().metrics.refused_with(status);
    const bool by_setting = status == 413 || (status == 400 && trusts_peer());
    log(by_setting ? log_kinds::misconfigured_requests : log_kinds::refused_requests, std::to_string(status), reason);
    reader_.drop(); // its data is useless, and the memory is needed
    static_cast<void>(account_memory());
    auto answer = refusal_answer(status);
    answer.found.rejected = {.reason = to_text(counted_as), .detail = reason};
    if (co_await send_answer(answer, false)) {
        co_await linger();
    }
}

/// Closing with unread bytes makes the kernel reset the connection, and the response may be lost (RFC 9112
/// section 9.6): so the peer's bytes are read and dropped for a while, without parsing or decrypting them.
asio::awaitable<void> connection::linger() {
    enter(phase::lingering);
    transport_->close_notify();
    boost::system::error_code ignored;
    socket_.shutdown(socket::shutdown_send, ignored);
    std::array<char, 4096> dropped{};
    for (std::size_t total = 0; total < linger_bytes && !expired_ && !cut_;) {
        const auto [ec, count] = co_await socket_.async_receive(asio::buffer(dropped), use_tuple);
        if (ec) {
            co_return;
        }
        total += count;
    }
}

void connection::log(const log_kind& kind, std::string_view what, std::string_view reason) {
    limited_log::shared().write({kind, where_->bound, reason},
                                {.shown = {{"client", peer_}, {"listener", where_->bound}}}, "{}: {}", what, reason);
}

} // namespace hookd::http
