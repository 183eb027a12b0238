// SPDX-License-Identifier: MIT
#pragma once

#include "http/client/deadline.hpp"
#include "http/client/destination.hpp"
#include "http/client/response.hpp"

#include <hookd/http/client/client.hpp>
#include <hookd/http/transport/transport.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

namespace hookd::http {

/// A client's connection. Either open, between two requests; or closed; or used by a coroutine. Every error closes it,
/// so that no response can be mistaken for that of a later request.
struct client::state {
    using clock = client_deadline::clock;
    using socket =
        boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, boost::asio::io_context::executor_type>;
    using address = boost::asio::generic::stream_protocol::endpoint;

    state(boost::asio::io_context& context, destination_ptr where, client_limits limits);
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state();

    bool is_open() const { return transport_ != nullptr; }
    boost::asio::awaitable<client_result<void>> open(clock::time_point latest);
    boost::asio::awaitable<client_result<client_response>> request(std::string_view method, std::string_view target,
                                                                   std::span<const header_field> fields,
                                                                   std::string_view body);
    void stop_timer() { deadline_.stop(); }
    void forget_message();
    const client_limits& limits() const { return limits_; }

private:
    boost::asio::awaitable<client_result<void>> connect_to(address peer);
    boost::asio::awaitable<client_result<void>> shake_hands();
    boost::asio::awaitable<client_result<void>> await_acceptance();
    std::unexpected<client_error> not_let_in() const;
    boost::asio::awaitable<client_result<client_response>> try_once(bool head_request, clock::time_point latest);
    boost::asio::awaitable<client_result<client_response>> exchange(clock::time_point latest);
    bool silent();
    io_status write_some(std::string_view& rest);
    boost::asio::awaitable<bool> wait(socket::wait_type readiness);
    void end_wait();
    void write_message(std::string_view method, std::string_view target, std::span<const header_field> fields,
                       std::string_view body);
    client_response take_response();
    client_error lost() const;
    void close();

    destination_ptr where_;
    client_limits limits_;
    socket socket_;
    client_deadline deadline_;
    std::unique_ptr<transport> transport_; // null: closed
    response_reader reader_;
    std::string message_; // the whole request, so that one call can send it, and repeat it
};

} // namespace hookd::http
