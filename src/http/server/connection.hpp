// SPDX-License-Identifier: MIT
#pragma once

#include "http/server/body_budget.hpp"
#include "http/server/connection_limits.hpp"
#include "http/server/request_reader.hpp"
#include "http/server/settings_snapshot.hpp"

#include <hookd/core/address.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/core/limited_log.hpp>
#include <hookd/http/transport/transport.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace hookd::http {

namespace asio = boost::asio;

class io_thread;
using socket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

/// A client's connection: its handshake, then requests one after another, until either side closes it. Lives in its own
/// coroutine, on one I/O thread. All waits have a deadline, except for the handler, which guarantees a response. The
/// thread checks the deadlines of all its connections ten times a second, so that a request only writes a number.
class connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    using clock = std::chrono::steady_clock;

    /// `peer`: nothing on a Unix socket.
    connection(io_thread& home, listener_ptr where, socket peer, std::unique_ptr<transport> transport,
               std::optional<ip_address> address, connection_limits::permit permit);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    asio::awaitable<void> run();

    // From its thread, while `run` waits.
    void look_at_deadline(clock::time_point now);
    const listener& where() const { return *where_; }
    /// Ends after the request in flight; immediately if there is none.
    void drain();
    void abort();
    /// False if the handler has a request of it.
    bool can_give_way() const { return phase_ != phase::working; }
    /// For one from this address, which gets its place at once. Nothing if that address has reached its limit; then
    /// nothing changes.
    std::optional<connection_limits::permit> give_way(const std::optional<ip_address>& to);
    clock::time_point idle_since() const { return idle_since_; }

    /// In its thread's list of connections without authentic requests.
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> stranger;

private:
    enum class phase : std::uint8_t {
        handshake, ///< the PROXY header, if there is one, and TLS
        first,     ///< no byte of a first request yet
        idle,      ///< between requests
        head,
        body,
        working, ///< the handler has it: no deadline
        answering,
        lingering, ///< the last response is sent; the peer gets time to read it
    };

    void enter(phase what);
    asio::awaitable<bool> wait_for(io_status blocked);
    asio::awaitable<bool> let_others_run();
    asio::awaitable<bool> take_proxy_header();
    bool adopt(const std::optional<ip_address>& source);
    void name_peer();
    asio::awaitable<bool> handshake();
    asio::awaitable<bool> serve_request();
    asio::awaitable<bool> read_body();
    asio::awaitable<bool> read_until(request_reader::progress wanted, std::string_view too_slow);
    void begin_request();
    io_status fill();
    asio::awaitable<bool> send(std::string_view bytes);
    /// The rest of a response.
    struct unsent {
        std::string copied;
        std::string_view body; ///< Follows it; belongs to the response.
        bool empty() const { return copied.empty() && body.empty(); }
    };
    asio::awaitable<bool> send(unsent what);
    std::optional<unsent> begin_answer(const response& what, bool keep_alive);
    asio::awaitable<bool> send_answer(const response& what, bool keep_alive);
    asio::awaitable<void> send_stream(body_stream& what);
    bool peer_has_gone();
    asio::awaitable<void> refuse(unsigned status, std::string_view reason);
    bool more_has_come();
    asio::awaitable<void> linger();
    bool trusts_peer() const;
    bool find_client();
    body_budget::outcome account_memory();
    asio::awaitable<bool> wait_for_memory(body_budget::outcome lacks);
    asio::awaitable<void> refuse_for_memory(body_budget::outcome why);
    std::optional<client_network> holder_of_body() const;
    void brought(std::size_t bytes);
    void answered(const response& what);
    void record(const response& what);
    void refresh();
    /// `reason`: static text.
    void log(const log_kind& kind, std::string_view what, std::string_view reason);

    io_thread& home_;
    snapshot_ptr snapshot_;
    listener_ptr where_;
    socket socket_;
    std::unique_ptr<transport> transport_;
    std::optional<ip_address> address_; ///< The peer's, or from its PROXY header.
    connection_limits::permit permit_;
    request_reader reader_;
    std::optional<std::uint32_t> user_;        ///< Of the peer, on a Unix socket.
    std::string peer_;                         ///< The name of `address_`.
    std::optional<ip_address> client_address_; ///< Of the request in flight.
    std::string client_;                       ///< Its name, if a proxy named it.
    body_budget::share body_memory_;
    clock::time_point idle_since_ = clock::now();
    std::size_t brought_ = 0;                     ///< Bytes since then.
    clock::time_point entered_at_ = clock::now(); ///< The current phase, or the one before `working`.
    clock::time_point begun_at_;                  ///< The request in flight, with its first byte.
    clock::time_point deadline_ = clock::time_point::max();
    clock::time_point leaves_at_ = clock::time_point::max(); ///< Unless a first request has begun before.
    phase phase_ = phase::handshake;
    bool expired_ = false; ///< The deadline passed; waits end at once until another phase is entered.
    bool cut_ = false;     ///< Permanently.
    bool leaving_ = false; ///< No request after the one in flight.
    bool served_ = false;
    bool nameless_ = false; ///< The PROXY header named no address.
};

using connection_list = boost::intrusive::list<connection, boost::intrusive::constant_time_size<false>>;
using stranger_list = boost::intrusive::list<
    connection, boost::intrusive::constant_time_size<false>,
    boost::intrusive::member_hook<connection, decltype(connection::stranger), &connection::stranger>>;

} // namespace hookd::http
