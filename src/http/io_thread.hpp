#pragma once

#include "http/connection.hpp"
#include "http/connection_limits.hpp"
#include "http/response.hpp"
#include "http/tls_context.hpp"

#include <hookd/core/rate_limiter.hpp>
#include <hookd/http/server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace hookd::http {

/// What all I/O threads share; all of it is safe from any of them.
struct server_state {
    explicit server_state(const server_settings& settings);

    const server_settings& settings;
    connection_limits connections;
    body_budget bodies;
    server_figures figures;
};

/// One listener, as every thread sees it.
struct listener {
    const listener_settings& settings;
    tls_context tls; ///< Null: plain HTTP.
    std::string bound;
};

/// An I/O thread: its own io_context, accepting sockets, handler and connections; nothing of it is shared.
class io_thread {
public:
    using acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, asio::io_context::executor_type>;

    io_thread(server_state& shared, std::unique_ptr<handler> handler);
    io_thread(const io_thread&) = delete;
    io_thread& operator=(const io_thread&) = delete;
    ~io_thread();

    /// Before `start`. Takes over the descriptor.
    void listen_on(const listener& where, int descriptor);
    void start();

    /// Any thread: no new connections, idle ones are closed, the others end with their request.
    void begin_drain();
    /// Any thread: whatever still waits for its peer is cut off.
    void cut();
    /// Waits for the thread's end, which comes with that of its last connection.
    void join();

    // For connections, on this thread.
    server_state& shared() { return shared_; }
    handler& requests() { return *handler_; }
    response_writer& responses() { return responses_; }
    bool draining() const { return draining_; }
    void enlist(connection& one);
    /// Whether a line about a refused or broken request may be logged now; the number of those that were held back.
    std::optional<std::uint64_t> may_log() { return log_limit_.admit(rate_limiter::clock::now()); }

private:
    asio::awaitable<void> accept_on(std::size_t index);
    asio::awaitable<void> watch_deadlines();
    void welcome(const listener& where, socket peer);

    server_state& shared_;
    asio::io_context context_{1};
    std::unique_ptr<handler> handler_;
    response_writer responses_;
    connection_list connections_;
    asio::basic_waitable_timer<std::chrono::steady_clock> tick_{context_};
    struct accepting {
        const listener& where;
        acceptor socket;
    };
    std::vector<accepting> acceptors_;
    rate_limiter log_limit_{20, std::chrono::seconds{1}};
    bool draining_ = false;
    bool watching_ = false;
    std::thread thread_;
};

} // namespace hookd::http
