// SPDX-License-Identifier: MIT
#include "http/server/io_thread.hpp"

#include "http/server/client_address.hpp"
#include "http/server/log_kinds.hpp"

#include <hookd/core/exception_text.hpp>
#include <hookd/http/transport/use_tuple.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>

namespace hookd::http {

namespace {

using namespace std::chrono_literals;

constexpr auto tick_period = 100ms;
constexpr auto accept_pause = 100ms;
constexpr auto hand_over_pause = 1ms;
constexpr int send_buffer = 64 << 10;
/// The memory for all bodies in flight: this much, or that of this number of the largest bodies, whichever is more.
constexpr std::size_t body_memory = std::size_t{64} << 20U;
constexpr std::size_t largest_bodies = 16;
/// How many connections are skipped at most because the handler works on their request, in the search for one to close.
constexpr int most_busy = 64;
/// The maximum of connections on their way from one thread to another: each has a descriptor, but no place yet.
constexpr unsigned most_handed_over = 32;

std::optional<ip_address> peer_address(const socket& peer) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    // getpeername(2) directly: the endpoint of the generic protocol would have to be parsed the same way
    if (getpeername(const_cast<socket&>(peer).native_handle(), reinterpret_cast<sockaddr*>(&storage), &length) != 0) {
        return std::nullopt;
    }
    return ip_address::from(reinterpret_cast<const sockaddr*>(&storage));
}

bool is_unix_socket(const socket& peer) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    return getsockname(const_cast<socket&>(peer).native_handle(), reinterpret_cast<sockaddr*>(&storage), &length) ==
               0 &&
           storage.ss_family == AF_UNIX;
}

/// Runs a connection to its end, then frees it.
asio::awaitable<void> serve(std::unique_ptr<connection> client) {
    co_await client->run();
}

void log_exception(const std::exception_ptr& thrown) {
    if (thrown) {
        spdlog::error("a connection ended with an unexpected exception: {}", exception_text(thrown));
    }
}

std::size_t memory_for_bodies(const server_settings& settings) {
    return std::max(body_memory, largest_bodies * settings.max_body.bytes);
}

} // namespace

server_state::server_state(const server_settings& settings)
    : connections{settings.max_connections, settings.max_connections_per_address}, bodies{memory_for_bodies(settings)} {
}

void server_state::limit(const server_settings& settings) {
    connections.limit(settings.max_connections, settings.max_connections_per_address);
    bodies.limit(memory_for_bodies(settings));
}

io_thread::~io_thread() {
    join();
}

void io_thread::start() {
    thread_.start([this] {
        pthread_setname_np(pthread_self(), "hookd-io");
        context_.run();
    });
}

void io_thread::begin_drain() {
    asio::post(context_, [this] {
        draining_ = true;
        {
            const mutex_lock lock{hand_over_mutex_};
            takes_hand_overs_ = false;
        }
        for (auto& listening : acceptors_) {
            close(*listening);
        }
        acceptors_.clear();
        for (auto& client : connections_) {
            client.drain();
        }
        listening_.reset();
    });
}

void io_thread::install(snapshot_ptr settings_snapshot, std::vector<accepting_socket> added,
                        std::function<void()> done) {
    asio::post(context_, [this, settings_snapshot = std::move(settings_snapshot), added = std::move(added),
                          done = std::move(done)]() mutable {
        snapshot_ = std::move(settings_snapshot);
        std::erase_if(acceptors_, [&](const auto& listening) {
            auto now = snapshot_->find(listening->where->key);
            if (now != nullptr && std::ranges::find(added, now->key, &accepting_socket::key) == added.end()) {
                listening->where = std::move(now);
                return false;
            }
            close(*listening);
            return true;
        });
        for (auto& listening : added) {
            accept_from(std::move(listening));
        }
        for (auto& client : connections_) {
            if (snapshot_->find(client.where().key) == nullptr) {
                client.drain();
            }
        }
        done();
    });
}

/// The kernel would reset connections that wait to be accepted, so they are accepted first. In a socket from systemd
/// they keep waiting, for the next process. Connections that arrive meanwhile are not awaited.
void io_thread::close(accepting& listening) {
    boost::system::error_code ec;
    listening.socket.non_blocking(true, ec);
    const int waiting = listening.where->settings.address.starts_with("systemd:") ? 0 : SOMAXCONN;
    for (int taken = 0; !ec && taken < waiting; ++taken) {
        socket peer{context_};
        listening.socket.accept(peer, ec);
        if (!ec) {
            on_accept(listening.where, std::move(peer), shared_.threads.size());
        }
    }
    listening.socket.close(ec);
}

std::chrono::milliseconds io_thread::stalled_for() {
    const auto now = heartbeat::clock::now();
    const auto silent = heartbeat_.stalled_for(now);
    if (heartbeat_.ask(now)) {
        asio::post(context_, [this] { heartbeat_.answer(); });
    }
    return silent;
}

void io_thread::accept_from(accepting_socket from) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    getsockname(from.descriptor.get(), reinterpret_cast<sockaddr*>(&storage), &length);
    auto listening = std::make_shared<accepting>(snapshot_->find(from.key), acceptor{context_});
    boost::system::error_code ec;
    listening->socket.assign({storage.ss_family, 0}, from.descriptor.get(), ec);
    if (ec) {
        spdlog::critical("cannot accept on {}: {}", listening->where->bound, ec.message());
        return;
    }
    // Accepted connections inherit it: responses are small, and a peer that reads none must not occupy the megabytes
    // that the kernel would gradually allow.
    setsockopt(from.descriptor.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    from.descriptor.release();
    acceptors_.push_back(listening);
    asio::co_spawn(context_, accept_on(std::move(listening)), log_exception);
}

void io_thread::abort() {
    asio::post(context_, [this] {
        for (auto& client : connections_) {
            client.abort();
        }
    });
}

void io_thread::add(connection& client) {
    connections_.push_back(client);
    strangers_.push_back(client);
    show_longest_idle();
    if (!watching_) {
        watching_ = true;
        asio::co_spawn(context_, watch_deadlines(), log_exception);
    }
}

void io_thread::idle_last(connection& client) {
    strangers_.splice(strangers_.end(), strangers_, strangers_.iterator_to(client));
    show_longest_idle();
}

void io_thread::no_stranger(connection& client) {
    if (client.stranger.is_linked()) {
        strangers_.erase(strangers_.iterator_to(client));
        show_longest_idle();
    }
}

asio::awaitable<void> io_thread::watch_deadlines() {
    while (!connections_.empty()) {
        tick_.expires_after(tick_period);
        co_await tick_.async_wait(use_tuple);
        look_at_deadlines();
    }
    watching_ = false;
}

void io_thread::look_at_deadlines() {
    const auto now = connection::clock::now();
    for (auto& client : connections_) {
        client.look_at_deadline(now);
    }
}

void io_thread::look_at_deadlines_soon() {
    if (!looks_soon_.exchange(true)) {
        asio::post(context_, [this] {
            looks_soon_ = false;
            look_at_deadlines();
        });
    }
}

asio::awaitable<void> io_thread::accept_on(std::shared_ptr<accepting> on) {
    auto& [where, socket] = *on;
    asio::steady_timer pause{context_};
    while (socket.is_open()) {
        if (shared_.handed_over >= most_handed_over) { // otherwise those that arrive meanwhile would be rejected
            pause.expires_after(hand_over_pause);
            co_await pause.async_wait(use_tuple);
            continue;
        }
        auto [ec, peer] = co_await socket.async_accept(context_, use_tuple);
        if (!ec) {
            on_accept(where, std::move(peer), shared_.threads.size());
        } else if (ec != asio::error::operation_aborted && ec != asio::error::connection_aborted) {
            shared_.metrics.accept_failed();
            // EMFILE, ENFILE, ENOBUFS, ENOMEM: connections wait in the kernel's queue until others have ended.
            limited_log::shared().write({log_kinds::failed_accepts, where->bound},
                                        "cannot accept on {}: {}; retrying every {} ms", where->bound, ec.message(),
                                        accept_pause.count());
            pause.expires_after(accept_pause);
            co_await pause.async_wait(use_tuple);
        }
    }
}

/// An exception of a connection (out of memory) ends only that connection, not the accepting.
void io_thread::on_accept(const listener_ptr& where, socket peer, std::size_t hand_overs) {
    try {
        take(where, std::move(peer), hand_overs);
    } catch (const std::exception&) {
        log_exception(std::current_exception());
    }
}

void io_thread::take(const listener_ptr& where, socket peer, std::size_t hand_overs) {
    const auto address = peer_address(peer);
    if (!address && !is_unix_socket(peer)) {
        return; // reset meanwhile: its data must not be treated as that of a Unix peer
    }
    const bool counted = address && !contains(where->settings.trusted_proxies, *address);
    const auto counted_for = counted ? address : std::nullopt;
    connection_limits::refusal why{};
    auto permit = shared_.connections.admit(counted_for, why);
    connection* leaving = nullptr;
    if (!permit && why == connection_limits::refusal::too_many) {
        if (hand_over(where, peer, hand_overs)) {
            return;
        }
        leaving = one_to_give_way();
        if (leaving == nullptr) { // the handler works for all that could be closed here
            longest_idle_.store(never, std::memory_order_relaxed);
            if (hand_over(where, peer, hand_overs)) {
                return;
            }
        }
    }
    if (!permit && leaving == nullptr) {
        refuse(*where, address, why);
        return;
    }
    // What can fail comes first, so that no connection is closed for one that is not accepted.
    auto bytes = where->tls ? make_tls_transport(peer.native_handle(), where->tls.get())
                            : make_plain_transport(peer.native_handle());
    if (bytes == nullptr) {
        spdlog::error("out of memory for another TLS connection");
        return;
    }
    auto place = leaving != nullptr ? leaving->give_way(counted_for) : std::move(permit);
    if (!place) { // another thread has meanwhile admitted one more from its address
        refuse(*where, address, connection_limits::refusal::too_many_from_address);
        return;
    }
    begin(where, std::move(peer), std::move(bytes), address, std::move(*place));
}

void io_thread::refuse(const listener& where, const std::optional<ip_address>& address,
                       connection_limits::refusal why) {
    const bool full = why == connection_limits::refusal::too_many;
    shared_.metrics.limit_reached(full ? limit_effect::refused_connection : limit_effect::refused_from_address);
    const std::string_view reason = full ? "max_connections reached" : "max_connections_per_address reached";
    const auto client = name_of(address);
    limited_log::shared().write({log_kinds::refused_connections, where.bound, reason},
                                {.shown = {{"client", client}, {"listener", where.bound}}}, "refused a connection: {}",
                                reason);
}

/// The connection without authentic requests that is idle for longest; null if there is none.
connection* io_thread::one_to_give_way() {
    int looked_at = 0;
    for (auto& client : strangers_) {
        if (client.can_give_way()) {
            return &client;
        }
        if (++looked_at == most_busy) {
            break;
        }
    }
    return nullptr;
}

/// For the other threads, which use it to choose the thread whose connection is closed.
void io_thread::show_longest_idle() {
    longest_idle_.store(strangers_.empty() ? never : strangers_.front().idle_since().time_since_epoch().count(),
                        std::memory_order_relaxed);
}

/// Null if no thread has a connection that could be closed.
io_thread* io_thread::with_longest_idle() const {
    const auto idle_since = [](const io_thread* thread) {
        return thread->longest_idle_.load(std::memory_order_relaxed);
    };
    const auto found = std::ranges::min_element(shared_.threads, {}, idle_since);
    return found == shared_.threads.end() || idle_since(*found) == never ? nullptr : *found;
}

/// The thread that has a connection to close gets the new one, so that neither thread waits for the other. False if
/// only this thread has one or the other drains, `left` is 0, or too many are already on their way.
bool io_thread::hand_over(const listener_ptr& where, socket& peer, std::size_t left) {
    io_thread* const other = with_longest_idle();
    if (other == nullptr || other == this || left == 0) {
        return false;
    }
    io_thread& to = *other;
    if (shared_.handed_over.fetch_add(1) >= most_handed_over) {
        --shared_.handed_over;
        return false;
    }
    // Until it is posted: a thread that drains may end, and would then never run it.
    const mutex_lock lock{to.hand_over_mutex_};
    if (!to.takes_hand_overs_) {
        --shared_.handed_over;
        return false;
    }
    boost::system::error_code ec;
    const int family = peer.local_endpoint(ec).protocol().family();
    unique_fd descriptor{peer.release(ec)};
    asio::post(to.context_, [&to, where, family, left, descriptor = std::move(descriptor)]() mutable {
        --to.shared_.handed_over;
        boost::system::error_code refused;
        socket here{to.context_};
        here.assign({family, 0}, descriptor.get(), refused);
        if (!refused) {
            descriptor.release();
            to.on_accept(where, std::move(here), left - 1);
        }
    });
    return true;
}

void io_thread::begin(const listener_ptr& where, socket peer, std::unique_ptr<transport> bytes,
                      const std::optional<ip_address>& address, connection_limits::permit permit) {
    boost::system::error_code ignored;
    peer.non_blocking(true, ignored);
    if (address) {
        const int on = 1;
        setsockopt(peer.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    auto client =
        std::make_unique<connection>(*this, where, std::move(peer), std::move(bytes), address, std::move(permit));
    if (draining_ || snapshot_->find(where->key) == nullptr) { // accepted just before the socket was closed
        client->drain();
    }
    asio::co_spawn(context_, serve(std::move(client)), log_exception);
}

} // namespace hookd::http
