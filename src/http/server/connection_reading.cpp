// SPDX-License-Identifier: MIT
#include "http/server/client_address.hpp"
#include "http/server/connection.hpp"
#include "http/server/io_thread.hpp"
#include "http/server/log_kinds.hpp"

#include <hookd/http/transport/use_tuple.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>

namespace hookd::http {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t own_memory = std::size_t{16} << 10U;
/// How long a body waits for memory at most, and how often it tries.
constexpr auto memory_wait = 2s;
constexpr auto memory_pause = 20ms;
/// How many may wait at once: each try takes the shared lock.
constexpr unsigned most_waiting = 1024;
constexpr std::string_view too_many_bodies = "too many large bodies in flight";
constexpr std::string_view body_gave_way = "too many large bodies in flight, and this one was dropped";

} // namespace

asio::awaitable<bool> connection::read_body() {
    enter(phase::body);
    if (reader_.wants_continue() && reader_.has_body() && !reader_.body_begun() &&
        !co_await send("HTTP/1.1 100 Continue\r\n\r\n")) {
        co_return false;
    }
    co_return co_await read_until(request_reader::progress::complete, "the body took longer than body_timeout");
}

/// Reads until the reader has made this progress. False: the connection has ended, and the client was told why if
/// possible.
asio::awaitable<bool> connection::read_until(request_reader::progress wanted, std::string_view too_slow) {
    for (;;) {
        if (reader_.begun() && (phase_ == phase::first || phase_ == phase::idle)) {
            begin_request();
        }
        const auto reached = reader_.advance();
        if (reached == wanted) {
            co_return true;
        }
        if (reached == request_reader::progress::refused) {
            co_await refuse(reader_.why().status, reader_.why().reason);
            co_return false;
        }
        if (phase_ == phase::body) {
            const auto memory = account_memory();
            if (memory != body_budget::outcome::granted && !co_await wait_for_memory(memory)) {
                co_return false;
            }
        }
        auto status = io_status::want_read;
        if (transport_->plain() && phase_ != phase::first && !expired_ && !cut_) {
            // Asio reads into the buffer as soon as there is data, which saves the call that arms the wait. A
            // connection has no buffer until its first byte.
            const auto room = reader_.room();
            const auto [ec, count] = co_await socket_.async_receive(asio::buffer(room.data(), room.size()), use_tuple);
            if (!ec && !cut_) {
                reader_.filled(count);
                brought(count);
                status = io_status::done;
            }
        } else {
            // A client that waits for responses rarely has sent more: to wait first saves a recv without data.
            if (transport_->holds_bytes() && co_await let_others_run()) {
                status = fill();
            }
            while (status != io_status::done && co_await wait_for(status)) {
                status = fill();
                if (status == io_status::want_read) { // maybe the beginning of a TLS record
                    const auto memory = account_memory();
                    if (memory != body_budget::outcome::granted && !co_await wait_for_memory(memory)) {
                        co_return false;
                    }
                }
            }
        }
        if (status != io_status::done && expired_ && !cut_ && phase_ == phase::idle) {
            status = fill(); // the time for a request is over, or the daemon ends; but one may have arrived
        }
        if (status != io_status::done) {
            if (const auto limit = transport_->exceeded_limit(); !limit.empty()) {
                log(log_kinds::exceeded_tls_limits, "closed a connection", limit);
            }
            if (expired_ && !cut_ && body_memory_.gave_way()) {
                co_await refuse_for_memory(body_budget::outcome::gave_way);
            } else if (expired_ && !cut_ && reader_.begun()) {
                co_await refuse(408, too_slow);
            }
            co_return false;
        }
    }
}

/// Its first byte has arrived, and none was parsed: the current settings apply to the whole request.
void connection::begin_request() {
    if (snapshot_ != home_.current()) {
        snapshot_ = home_.current();
        reader_.limit(snapshot_->limits);
        if (auto now = snapshot_->find(where_->key)) {
            where_ = std::move(now);
        } else {
            leaving_ = true;
        }
    }
    enter(phase::head);
    begun_at_ = entered_at_;
}

io_status connection::fill() {
    std::size_t count = 0;
    const auto status = transport_->read(reader_.room(), count);
    if (status == io_status::done) {
        reader_.filled(count);
        brought(count);
    }
    return status;
}

/// Sets the client of the request; false if it is unknown and must not be guessed.
bool connection::find_client() {
    request& current = reader_.current();
    client_address_ = address_;
    if (trusts_peer() && !find_client_behind(client_address_, where_->settings.trusted_proxies, current.fields,
                                             where_->settings.forwarded)) {
        return false;
    }
    current.peer = client_address_ ? peer_kind::ip : peer_kind::unix_socket;
    current.user = user_;
    if (client_address_ == address_) {
        current.client = peer_;
    } else {
        client_ = name_of(client_address_);
        current.client = client_;
    }
    return true;
}

/// Every connection may use the memory of a usual event, whatever the large bodies of others. A larger body is granted
/// all that it announces, so it does not wait again halfway.
body_budget::outcome connection::account_memory() {
    const std::size_t held = reader_.memory() + transport_->memory();
    const std::size_t now = held > own_memory ? held + reader_.lacking() - own_memory : 0;
    if (now == body_memory_.bytes() && !body_memory_.gave_way()) {
        return body_budget::outcome::granted;
    }
    const auto outcome = body_memory_.resize(now, holder_of_body());
    if (outcome == body_budget::outcome::granted && now > 0) {
        reader_.take_lacking();
    }
    return outcome;
}

/// Paused bodies are dropped soon, and others may just be returning memory: a body waits a moment for that, without
/// reading and with only the memory of a usual event. False: rejected.
asio::awaitable<bool> connection::wait_for_memory(body_budget::outcome lacks) {
    auto& waiting = home_.shared().waiting_for_memory;
    if (++waiting <= most_waiting) {
        asio::steady_timer pause{socket_.get_executor()};
        for (const auto last = clock::now() + memory_wait;
             lacks == body_budget::outcome::used_up && clock::now() < last && !expired_ && !cut_;) {
            pause.expires_after(memory_pause);
            co_await pause.async_wait(use_tuple);
            lacks = account_memory();
        }
    }
    --waiting;
    if (lacks == body_budget::outcome::granted) {
        co_return true;
    }
    if (!cut_) {
        co_await refuse_for_memory(lacks);
    }
    co_return false;
}

asio::awaitable<void> connection::refuse_for_memory(body_budget::outcome why) {
    home_.shared().metrics.limit_reached(limit_effect::refused_body);
    co_await refuse(503, why == body_budget::outcome::used_up ? too_many_bodies : body_gave_way);
}

/// Nothing: a peer with many clients that names none.
std::optional<client_network> connection::holder_of_body() const {
    std::optional<ip_address> client = address_;
    if (trusts_peer()) {
        client = client_address_ == address_ ? std::nullopt : client_address_;
    }
    return client ? std::optional{network_of(*client)} : std::nullopt;
}

} // namespace hookd::http
