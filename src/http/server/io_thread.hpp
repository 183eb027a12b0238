// SPDX-License-Identifier: MIT
#pragma once

#include "http/server/body_budget.hpp"
#include "http/server/connection.hpp"
#include "http/server/connection_limits.hpp"
#include "http/server/response.hpp"
#include "http/server/settings_snapshot.hpp"

#include <hookd/core/heartbeat.hpp>
#include <hookd/core/joinable_thread.hpp>
#include <hookd/core/mutex.hpp>
#include <hookd/core/unique_fd.hpp>
#include <hookd/http/server/server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hookd::http {

class io_thread;

/// What all I/O threads share; safe to use from any of them.
struct server_state {
    explicit server_state(const server_settings& settings);

    connection_limits connections;
    body_budget bodies;
    server_metrics metrics;
    std::vector<io_thread*> threads;             ///< All of them, from before they start.
    std::atomic<unsigned> handed_over{0};        ///< Connections on their way to another thread.
    std::atomic<unsigned> waiting_for_memory{0}; ///< Requests whose body waits for memory.

    void limit(const server_settings& settings);
};

/// A socket from which a thread accepts.
struct accepting_socket {
    std::string key; ///< The listener's.
    unique_fd descriptor;
};

/// An I/O thread with its own io_context, listening sockets, handler and connections; nothing is shared. It runs until
/// it is drained and its last connection has ended.
class io_thread {
public:
    using acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, asio::io_context::executor_type>;

    explicit io_thread(server_state& shared) : shared_{shared} {}
    io_thread(const io_thread&) = delete;
    io_thread& operator=(const io_thread&) = delete;
    ~io_thread();

    void start();

    /// Any thread: activates the settings for new requests. Accepts from `added`, closes the sockets of removed
    /// listeners, and lets their connections end. `done` is called on this thread.
    void install(snapshot_ptr settings_snapshot, std::vector<accepting_socket> added, std::function<void()> done);
    /// The watchdog's thread: for how long this thread has not responded; asks again.
    std::chrono::milliseconds stalled_for();

    /// Any thread: accepts no new connections, closes idle ones; the others end after their request.
    void begin_drain();
    /// Any thread: a connection may have to end before the next check of the deadlines.
    void look_at_deadlines_soon();
    /// Any thread: aborts all connections that still wait for their peer.
    void abort();
    /// Waits for the end of the thread, after its last connection has ended.
    bool join_before(std::chrono::steady_clock::time_point deadline) { return thread_.join_before(deadline); }
    void join() { thread_.join(); }

    // For connections, on this thread.
    server_state& shared() { return shared_; }
    const snapshot_ptr& current() const { return snapshot_; }
    response_writer& responses() { return responses_; }
    void add(connection& client);
    /// It becomes the one with the shortest idle time of those without authentic requests.
    void idle_last(connection& client);
    /// It is removed from those.
    void no_stranger(connection& client);

private:
    static constexpr auto never = std::numeric_limits<connection::clock::rep>::max();
    struct accepting {
        listener_ptr where;
        acceptor socket;
    };

    void accept_from(accepting_socket from);
    void close(accepting& listening);
    asio::awaitable<void> accept_on(std::shared_ptr<accepting> on);
    asio::awaitable<void> watch_deadlines();
    void look_at_deadlines();
    /// `hand_overs`: how often it may still go to another thread, which closes a connection for it.
    void on_accept(const listener_ptr& where, socket peer, std::size_t hand_overs);
    void take(const listener_ptr& where, socket peer, std::size_t hand_overs);
    void begin(const listener_ptr& where, socket peer, std::unique_ptr<transport> bytes,
               const std::optional<ip_address>& address, connection_limits::permit permit);
    void refuse(const listener& where, const std::optional<ip_address>& address, connection_limits::refusal why);
    connection* one_to_give_way();
    bool hand_over(const listener_ptr& where, socket& peer, std::size_t left);
    void show_longest_idle();
    io_thread* with_longest_idle() const;

    server_state& shared_;
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> listening_{context_.get_executor()};
    snapshot_ptr snapshot_;
    response_writer responses_;
    connection_list connections_;
    stranger_list strangers_; // connections without authentic requests, the longest idle first
    std::atomic<connection::clock::rep> longest_idle_{never}; // since when the first of them is idle, for all threads
    asio::basic_waitable_timer<std::chrono::steady_clock> tick_{context_};
    std::vector<std::shared_ptr<accepting>> acceptors_;
    mutex hand_over_mutex_;
    bool takes_hand_overs_ HOOKD_GUARDED_BY(hand_over_mutex_) = true; // until it drains
    heartbeat heartbeat_;
    std::atomic<bool> looks_soon_{false};
    bool draining_ = false;
    bool watching_ = false;
    joinable_thread thread_;
};

} // namespace hookd::http
