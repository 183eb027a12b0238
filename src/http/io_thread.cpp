#include "http/io_thread.hpp"

#include "http/log_kinds.hpp"
#include "http/use_tuple.hpp"

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
constexpr int send_buffer = 64 << 10;
/// The bodies under way may take this much together, or that of so many of the largest, whichever is more.
constexpr std::size_t body_memory = std::size_t{64} << 20U;
constexpr std::size_t largest_bodies = 16;

std::optional<ip_address> peer_address(const socket& peer) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    // getpeername(2) by hand: the generic protocol's endpoint would have to be taken apart the same way
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

/// Runs a connection to its end and then frees it.
asio::awaitable<void> serve(std::unique_ptr<connection> one) {
    co_await one->run();
}

void log_exception(const std::exception_ptr& thrown) {
    if (thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& fault) {
            spdlog::error("a connection ended by an exception, which is a defect: {}", fault.what());
        }
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
    thread_ = std::thread{[this] {
        pthread_setname_np(pthread_self(), "hookd-io");
        context_.run();
    }};
}

void io_thread::begin_drain() {
    asio::post(context_, [this] {
        draining_ = true;
        for (auto& one : acceptors_) {
            close(*one);
        }
        acceptors_.clear();
        for (auto& one : connections_) {
            one.drain();
        }
        listening_.reset();
    });
}

void io_thread::install(terms_ptr terms, std::vector<accepting_socket> added, std::function<void()> done) {
    asio::post(context_, [this, terms = std::move(terms), added = std::move(added), done = std::move(done)]() mutable {
        terms_ = std::move(terms);
        std::erase_if(acceptors_, [&](const auto& one) {
            auto now = terms_->find(one->where->key);
            if (now != nullptr && std::ranges::find(added, now->key, &accepting_socket::key) == added.end()) {
                one->where = std::move(now);
                return false;
            }
            close(*one);
            return true;
        });
        for (auto& one : added) {
            accept_from(std::move(one));
        }
        for (auto& one : connections_) {
            if (terms_->find(one.where().key) == nullptr) {
                one.drain();
            }
        }
        done();
    });
}

/// The kernel would reset the connections that wait to be accepted: they are taken first. In a socket that systemd
/// passed they wait on, for the next process. Those that go on coming meanwhile are not waited for.
void io_thread::close(accepting& one) {
    boost::system::error_code fault;
    one.socket.non_blocking(true, fault);
    const int waiting = one.where->settings.address.starts_with("systemd:") ? 0 : SOMAXCONN;
    for (int taken = 0; !fault && taken < waiting; ++taken) {
        socket peer{context_};
        one.socket.accept(peer, fault);
        if (!fault) {
            welcome(one.where, std::move(peer));
        }
    }
    one.socket.close(fault);
}

std::chrono::milliseconds io_thread::silence() {
    const auto now = pulse::clock::now();
    const auto silent = pulse_.silence(now);
    if (pulse_.ask(now)) {
        asio::post(context_, [this] { pulse_.answer(); });
    }
    return silent;
}

void io_thread::accept_from(accepting_socket from) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    getsockname(from.descriptor.get(), reinterpret_cast<sockaddr*>(&storage), &length);
    auto one = std::make_shared<accepting>(terms_->find(from.key), acceptor{context_});
    boost::system::error_code fault;
    one->socket.assign({storage.ss_family, 0}, from.descriptor.get(), fault);
    if (fault) {
        spdlog::critical("cannot accept on {}: {}", one->where->bound, fault.message());
        return;
    }
    // Those that are accepted inherit it: answers are small, and a peer that reads none of them must not have the
    // megabytes of the kernel's memory that it would lend by and by.
    setsockopt(from.descriptor.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    from.descriptor.release();
    acceptors_.push_back(one);
    asio::co_spawn(context_, accept_on(std::move(one)), log_exception);
}

void io_thread::cut() {
    asio::post(context_, [this] {
        for (auto& one : connections_) {
            one.cut();
        }
    });
}

void io_thread::join() {
    if (thread_.joinable()) {
        thread_.join();
    }
}

void io_thread::enlist(connection& one) {
    connections_.push_back(one);
    if (!watching_) {
        watching_ = true;
        asio::co_spawn(context_, watch_deadlines(), log_exception);
    }
}

asio::awaitable<void> io_thread::watch_deadlines() {
    while (!connections_.empty()) {
        tick_.expires_after(tick_period);
        co_await tick_.async_wait(use_tuple);
        const auto now = connection::clock::now();
        for (auto& one : connections_) {
            one.look_at_deadline(now);
        }
    }
    watching_ = false;
}

asio::awaitable<void> io_thread::accept_on(std::shared_ptr<accepting> on) {
    auto& [where, socket] = *on;
    asio::steady_timer pause{context_};
    while (socket.is_open()) {
        auto [fault, peer] = co_await socket.async_accept(context_, use_tuple);
        if (!fault) {
            welcome(where, std::move(peer));
        } else if (fault != asio::error::operation_aborted && fault != asio::error::connection_aborted) {
            shared_.figures.accept_failed();
            // EMFILE, ENFILE, ENOBUFS, ENOMEM: connections wait in the kernel's queue until some have ended here.
            limited_log::shared().write({log_kinds::failed_accepts, where->bound},
                                        "cannot accept on {}: {}; trying again every {} ms", where->bound,
                                        fault.message(), accept_pause.count());
            pause.expires_after(accept_pause);
            co_await pause.async_wait(use_tuple);
        }
    }
}

void io_thread::welcome(const listener_ptr& where, socket peer) {
    const auto address = peer_address(peer);
    if (!address && !is_unix_socket(peer)) {
        return; // reset meanwhile: whatever it sent must not pass for a Unix peer's
    }
    const bool counted = address && !contains(where->settings.trusted_proxies, *address);
    connection_limits::refusal why{};
    auto permit = shared_.connections.admit(counted ? address : std::nullopt, why);
    if (!permit) {
        (why == connection_limits::refusal::too_many ? shared_.figures.too_many_connections
                                                     : shared_.figures.too_many_from_address)
            .add();
        const std::string_view reason = why == connection_limits::refusal::too_many
                                            ? "max_connections reached"
                                            : "max_connections_per_address reached";
        limited_log::shared().write({log_kinds::refused_connections, where->bound, reason},
                                    "refused a connection: {}; client={} listener={}", reason,
                                    address ? address->text() : "unix", where->bound);
        return; // closes it
    }
    boost::system::error_code ignored;
    peer.non_blocking(true, ignored);
    if (address) {
        const int on = 1;
        setsockopt(peer.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    auto bytes = where->tls ? make_tls_transport(peer.native_handle(), where->tls.get())
                            : make_plain_transport(peer.native_handle());
    if (bytes == nullptr) {
        spdlog::error("no memory for another TLS connection");
        return;
    }
    auto one =
        std::make_unique<connection>(*this, where, std::move(peer), std::move(bytes), address, std::move(*permit));
    if (draining_ || terms_->find(where->key) == nullptr) { // it was accepted just before the socket was closed
        one->drain();
    }
    asio::co_spawn(context_, serve(std::move(one)), log_exception);
}

} // namespace hookd::http
