// SPDX-License-Identifier: MIT
#include <hookd/loadgen/load.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>

namespace hookd::loadgen {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::microseconds;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr auto tick_period = 100ms;
/// More than any receiver tolerates.
constexpr std::chrono::seconds staleness = 24h;
/// Begins with Svix's own name, for receivers that check it.
constexpr std::string_view user_agent = "Svix-Webhooks/1.100.0 (colivara-hookd send " HOOKD_VERSION ")";

/// An exception here is a bug, or an error of OpenSSL or the kernel: it ends the command.
void rethrow(const std::exception_ptr& thrown) {
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

} // namespace

send_load::send_load(const load_plan& plan, load_message message) : plan_{plan}, message_{std::move(message)} {
    const auto most = std::min<std::uint64_t>(plan_.connections, plan_.count);
    for (std::uint64_t i = 0; i < most; ++i) {
        connections_.push_back({http::client{context_, message_.where}, asio::steady_timer{context_}});
    }
}

http::client_result<void> send_load::connect() {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        asio::co_spawn(context_, open(i), rethrow);
    }
    context_.run();
    context_.restart();
    return opened_ == 0 && first_error_ ? http::client_result<void>{std::unexpected{*first_error_}}
                                        : http::client_result<void>{};
}

asio::awaitable<void> send_load::open(std::size_t index) {
    const auto opened = co_await connections_[index].link.connect();
    if (opened) {
        ++opened_;
    } else if (!first_error_) {
        first_error_ = opened.error();
    }
}

load_outcome send_load::run(const sent_observer& on_sent, const tick_observer& on_tick) {
    on_sent_ = on_sent;
    on_tick_ = on_tick;
    watch_interrupt();
    start_ = clock::now();
    working_ = connections_.size();
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        asio::co_spawn(context_, work(i), rethrow);
    }
    if (on_tick_) {
        asio::co_spawn(context_, tick(), rethrow);
    }
    context_.run();
    return outcome_;
}

/// Takes one event after another until there are none left.
asio::awaitable<void> send_load::work(std::size_t index) {
    auto& [link, pause] = connections_[index];
    while (next_ < plan_.count && !outcome_.interrupted) {
        const std::uint64_t number = ++next_;
        auto since = clock::now();
        if (plan_.rate) {
            const std::chrono::duration<double> after{static_cast<double>(number - 1) / *plan_.rate};
            const auto due = start_ + duration_cast<clock::duration>(after);
            if (due > since) {
                pause.expires_at(due);
                co_await pause.async_wait(use_tuple);
                if (outcome_.interrupted) {
                    break;
                }
            }
            since = due;
            outcome_.behind = std::max(outcome_.behind, duration_cast<microseconds>(clock::now() - due));
        }
        co_await send(link, number, since);
    }
    if (--working_ == 0) {
        finish();
    }
}

signature::message_headers send_load::sign(std::string_view body) {
    const auto now = message_.clock();
    const auto at = std::chrono::floor<std::chrono::seconds>(now);
    switch (message_.error) {
    case message_error::none:
        break;
    case message_error::forged: // with the right keys, so that only the signed content differs
        return signature::sign_message(message_.keys, ids_.next(now), at, std::string{body} + ' ');
    case message_error::stale:
        return signature::sign_message(message_.keys, ids_.next(now), at - staleness, body);
    }
    return signature::sign_message(message_.keys, ids_.next(now), at, body);
}

asio::awaitable<void> send_load::send(http::client& link, std::uint64_t number, clock::time_point since) {
    // A copy if the body is sent twice: another connection's body replaces it meanwhile.
    const std::string kept{plan_.twice ? message_.body.of(number) : std::string_view{}};
    const auto body = plan_.twice ? std::string_view{kept} : message_.body.of(number);
    const auto headers = sign(body);
    const auto [id, timestamp, signature] = headers.fields();
    const std::array fields{header_field{"Accept", "*/*"},
                            header_field{"Content-Type", "application/json"},
                            header_field{"User-Agent", user_agent},
                            id,
                            timestamp,
                            signature};
    for (const bool again : {false, true}) {
        auto response = co_await link.request("POST", message_.target, fields, body);
        on_sent_({.id = headers.id,
                  .again = again,
                  .response = std::move(response),
                  .latency = duration_cast<microseconds>(clock::now() - since)});
        if (!plan_.twice || outcome_.interrupted) {
            break;
        }
        since = clock::now();
    }
}

asio::awaitable<void> send_load::tick() {
    while (working_ > 0) {
        on_tick_(clock::now() - start_);
        ticking_.expires_after(tick_period);
        co_await ticking_.async_wait(use_tuple);
    }
}

/// A second interrupt ends the process, as usual.
void send_load::watch_interrupt() {
    interrupt_.add(SIGINT);
    interrupt_.async_wait([this](const boost::system::error_code& ec, int) {
        if (ec) {
            return;
        }
        interrupt_.clear();
        outcome_.interrupted = true;
        for (auto& one : connections_) {
            one.pause.cancel();
        }
    });
}

/// Cancels everything that would keep the context running.
void send_load::finish() {
    outcome_.took = clock::now() - start_;
    interrupt_.clear();
    interrupt_.cancel();
    ticking_.cancel();
    connections_.clear();
}

} // namespace hookd::loadgen
