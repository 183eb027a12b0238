// SPDX-License-Identifier: MIT
#include "http/client/state.hpp"

#include <hookd/core/time.hpp>
#include <hookd/http/client/client.hpp>
#include <hookd/http/transport/use_tuple.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace hookd::http {

namespace {

namespace asio = boost::asio;

std::unexpected<client_error> fail(client_errc kind, std::string detail) {
    return std::unexpected{client_error{kind, std::move(detail)}};
}

/// Some round trips, once per connection, and only with servers that request a certificate.
constexpr std::chrono::milliseconds for_a_refusal{500};
constexpr std::string_view no_certificate = "the server requires a client certificate, which is not supported";

/// To be checked before each wait if cancellation does not throw: the next operation would not be cancelled.
bool cancelled(const asio::cancellation_state& state) {
    return state.cancelled() != asio::cancellation_type::none;
}

} // namespace

std::string_view to_text(client_errc ec) {
    switch (ec) {
    case client_errc::authorities:
        return "no authorities";
    case client_errc::unknown_host:
        return "unknown host";
    case client_errc::unreachable:
        return "unreachable";
    case client_errc::tls:
    case client_errc::handshake_closed:
        return "TLS";
    case client_errc::no_tls:
        return "no TLS";
    case client_errc::timed_out:
        return "timed out";
    case client_errc::closed:
        return "closed";
    case client_errc::malformed:
        return "malformed";
    }
    return {};
}

client::state::state(asio::io_context& context, destination_ptr where, client_limits limits)
    : where_{std::move(where)}, limits_{std::move(limits)}, socket_{context},
      deadline_{context, [this] { end_wait(); }}, reader_{limits_.keep_body} {}

client::state::~state() {
    forget_message();
    if (is_open()) {
        transport_->close_notify();
    }
}

/// Tries the addresses one after another until a connection is open.
asio::awaitable<client_result<void>> client::state::open(clock::time_point latest) {
    const auto count = static_cast<clock::rep>(where_->addresses.size());
    client_result<void> opened;
    for (clock::rep i = 0; i < count; ++i) {
        if (cancelled(co_await asio::this_coro::cancellation_state)) {
            opened = fail(client_errc::unreachable, "cancelled");
            break;
        }
        const auto now = clock::now();
        deadline_.set(now +
                      (latest - now) / (count - i)); // an address that does not respond must leave time for the others
        opened = co_await connect_to(where_->addresses[static_cast<std::size_t>(i)]);
        if (opened) {
            opened = co_await shake_hands();
        }
        if (opened || opened.error().kind == client_errc::tls || opened.error().kind == client_errc::handshake_closed) {
            break;
        }
    }
    if (!opened) {
        close();
        deadline_.lift();
    }
    co_return opened;
}

asio::awaitable<client_result<void>> client::state::connect_to(address peer) {
    close();
    auto [ec] = co_await socket_.async_connect(peer, use_tuple);
    if (deadline_.passed()) {
        co_return fail(client_errc::unreachable, "no connection in time");
    }
    if (!ec) {
        socket_.non_blocking(true, ec);
    }
    if (ec) {
        co_return fail(client_errc::unreachable, ec.message());
    }
    const int on = 1;
    setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    transport_ = where_->tls ? make_tls_client_transport(socket_.native_handle(), where_->tls.get(), where_->host)
                             : make_plain_transport(socket_.native_handle());
    if (transport_ == nullptr) {
        co_return fail(client_errc::tls, "OpenSSL cannot make a connection to a host of this name");
    }
    co_return client_result<void>{};
}

asio::awaitable<client_result<void>> client::state::shake_hands() {
    for (;;) {
        switch (transport_->handshake()) {
        case io_status::done:
            co_return co_await await_acceptance();
        case io_status::want_read:
            if (!co_await wait(socket::wait_read)) {
                co_return fail(client_errc::unreachable, "no TLS handshake in time");
            }
            break;
        case io_status::want_write:
            if (!co_await wait(socket::wait_write)) {
                co_return fail(client_errc::unreachable, "no TLS handshake in time");
            }
            break;
        case io_status::end:
        case io_status::failed:
            co_return not_let_in();
        }
    }
}

/// In TLS 1.3 a client learns only after its handshake that the server requires a certificate; a request sent meanwhile
/// would get the connection reset, and the reason would be lost. A server that does not require one sends tickets or
/// nothing.
asio::awaitable<client_result<void>> client::state::await_acceptance() {
    if (transport_->certificate_wanted()) {
        deadline_.set(clock::now() + for_a_refusal);
        if (co_await wait(socket::wait_read) && !silent()) {
            co_return not_let_in();
        }
        if (cancelled(co_await asio::this_coro::cancellation_state)) {
            co_return fail(client_errc::unreachable, "cancelled");
        }
    }
    co_return client_result<void>{};
}

std::unexpected<client_error> client::state::not_let_in() const {
    if (transport_->met_no_tls()) {
        return fail(client_errc::no_tls, "the server does not use TLS; perhaps http:// is meant");
    }
    if (transport_->closed_in_handshake()) {
        return fail(client_errc::handshake_closed, "the server closed the connection during the TLS handshake");
    }
    return fail(client_errc::tls,
                transport_->certificate_missed() ? std::string{no_certificate} : transport_->handshake_error());
}

asio::awaitable<client_result<client_response>> client::state::request(std::string_view method, std::string_view target,
                                                                       std::span<const header_field> fields,
                                                                       std::string_view body) {
    const auto latest = clock::now() + limits_.whole;
    if (is_open() && !silent()) {
        close();
    }
    const bool was_open = is_open();
    write_message(method, target, fields, body);
    auto response = co_await try_once(method == "HEAD", latest);
    if (!response && was_open && response.error().kind == client_errc::closed && !reader_.begun() &&
        !cancelled(co_await asio::this_coro::cancellation_state)) {
        response = co_await try_once(method == "HEAD", latest);
        if (response) {
            response->resent = true;
        }
    }
    co_return response;
}

/// Data between two requests is a response to neither (RFC 9112 section 9.2); the connection may also have been closed.
bool client::state::silent() {
    char surplus = 0;
    std::size_t count = 0;
    return transport_->read({&surplus, 1}, count) == io_status::want_read;
}

asio::awaitable<client_result<client_response>> client::state::try_once(bool head_request, clock::time_point latest) {
    reader_.expect(head_request);
    if (!is_open()) {
        if (const auto opened = co_await open(std::min(latest, clock::now() + limits_.connect)); !opened) {
            co_return std::unexpected{opened.error()};
        }
    }
    deadline_.set(latest);
    auto response = co_await exchange(latest);
    if (!response && limits_.body && reader_.has_header()) {
        response = take_response();
    }
    deadline_.lift();
    if (!response || !reader_.keep_alive()) {
        close();
    }
    co_return response;
}

asio::awaitable<client_result<client_response>> client::state::exchange(clock::time_point latest) {
    // A server may respond and close before it has read everything (413), so a failed write is not the end, except with
    // TLS, where nothing may follow it (SSL_get_error(3)).
    std::string_view rest{message_};
    auto written = write_some(rest);
    while (written == io_status::want_write || written == io_status::want_read) {
        if (!co_await wait(written == io_status::want_write ? socket::wait_write : socket::wait_read)) {
            break;
        }
        written = write_some(rest);
    }
    if (!rest.empty() && (where_->tls || deadline_.passed())) {
        co_return std::unexpected{lost()};
    }
    // The response is rarely there already: to wait first saves a recv without data.
    bool ready = transport_->holds_bytes();
    bool header_seen = false;
    for (;;) {
        if (!ready) { // like `wait`, but without another coroutine: most requests wait here once
            if (deadline_.passed() || cancelled(co_await asio::this_coro::cancellation_state)) {
                co_return std::unexpected{lost()};
            }
            const auto [ec] = co_await socket_.async_wait(socket::wait_read, use_tuple);
            if (ec || deadline_.passed()) {
                co_return std::unexpected{lost()};
            }
        }
        std::size_t count = 0;
        switch (const auto status = transport_->read(reader_.room(), count); status) {
        case io_status::done:
            reader_.filled(count);
            switch (reader_.advance()) {
            case response_reader::progress::complete:
                co_return take_response();
            case response_reader::progress::malformed:
                co_return fail(client_errc::malformed, "not an HTTP/1.1 response: " + reader_.error());
            case response_reader::progress::need_more:
                if (limits_.body && reader_.has_header() && !std::exchange(header_seen, true)) {
                    deadline_.set(std::min(latest, clock::now() + *limits_.body));
                }
                if (limits_.each_piece && reader_.has_header() && reader_.status() == 200 &&
                    !limits_.each_piece(reader_.take_body())) {
                    co_return take_response();
                }
                break;
            }
            ready = transport_->holds_bytes();
            break;
        case io_status::want_read:
            ready = false;
            break;
        case io_status::want_write:
            ready = co_await wait(socket::wait_write);
            break;
        case io_status::end:
        case io_status::failed:
            if (status == io_status::end && reader_.ends_here()) {
                co_return take_response();
            }
            if (const auto limit = transport_->exceeded_limit(); !limit.empty()) {
                co_return fail(client_errc::malformed, "the server sent " + std::string{limit});
            }
            co_return std::unexpected{lost()};
        }
    }
}

/// Writes as much as the connection accepts now, which is nearly always everything; `rest` is what is left.
io_status client::state::write_some(std::string_view& rest) {
    auto status = io_status::done;
    while (!rest.empty() && status == io_status::done) {
        std::size_t count = 0;
        status = transport_->write(rest, count);
        rest.remove_prefix(count);
    }
    return status;
}

/// False if the deadline has passed or the request was cancelled.
asio::awaitable<bool> client::state::wait(socket::wait_type readiness) {
    if (deadline_.passed() || cancelled(co_await asio::this_coro::cancellation_state)) {
        co_return false;
    }
    auto [ec] = co_await socket_.async_wait(readiness, use_tuple);
    co_return !ec && !deadline_.passed();
}

void client::state::end_wait() {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

client_response client::state::take_response() {
    return {.status = reader_.status(),
            .body = reader_.take_body(),
            .retry_after = reader_.retry_after(),
            .certificate_wanted = transport_->certificate_wanted(),
            .cut = reader_.body_was_cut()};
}

client_error client::state::lost() const {
    if (deadline_.passed()) {
        return {client_errc::timed_out, "no complete response within " + hookd::to_text(limits_.whole)};
    }
    if (!reader_.begun() && transport_->certificate_missed()) {
        return {client_errc::tls, std::string{no_certificate}};
    }
    return {client_errc::closed, reader_.begun() ? "the connection was closed in the middle of the response"
                                                 : "the connection was closed without a response"};
}

void client::state::close() {
    transport_.reset();
    boost::system::error_code ignored;
    socket_.close(ignored);
}

client::client(asio::io_context& context, destination_ptr where, client_limits limits)
    : state_{std::make_unique<state>(context, std::move(where), std::move(limits))} {}
client::client(client&&) noexcept = default;
client& client::operator=(client&&) noexcept = default;
client::~client() = default;

asio::awaitable<client_result<void>> client::connect() {
    client_result<void> opened;
    if (!state_->is_open()) {
        opened = co_await state_->open(state::clock::now() + state_->limits().connect);
        state_->stop_timer();
    }
    co_return opened;
}

asio::awaitable<client_result<client_response>> client::request(std::string_view method, std::string_view target,
                                                                std::span<const header_field> fields,
                                                                std::string_view body) {
    return state_->request(method, target, fields, body);
}

void client::release() {
    state_->stop_timer();
    state_->forget_message();
}

} // namespace hookd::http
