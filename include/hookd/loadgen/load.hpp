// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>
#include <hookd/http/client/client.hpp>
#include <hookd/loadgen/body.hpp>
#include <hookd/loadgen/message_id.hpp>
#include <hookd/loadgen/tally.hpp>
#include <hookd/signature/signer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hookd::loadgen {

struct load_plan {
    std::uint64_t count = 1;
    std::optional<double> rate =
        std::nullopt; ///< Events per second; none: each connection sends its next event after a response.
    unsigned connections = 1;
    bool twice = false; ///< Each event again, byte for byte, on the same connection once the first is answered.

    std::uint64_t requests() const { return twice ? 2 * count : count; }
};

/// How a message is falsified before it is sent.
enum class message_error : std::uint8_t {
    none,
    forged, ///< It has the signature of another body.
    stale,  ///< It was signed a day ago.
};

/// What is sent, and where to.
struct load_message {
    http::destination_ptr where;
    std::string target;
    std::vector<signature::signer> keys;
    send_body body;
    message_error error = message_error::none;
    wall_clock clock = system_now;
};

struct load_outcome {
    std::chrono::nanoseconds took{};
    std::chrono::microseconds behind{}; ///< How late the latest event was sent, if there is a rate.
    bool interrupted = false;
};

/// Sends events over several connections, all on the calling thread. With a rate, each event is due at a time that
/// depends only on its number (an open loop): if responses are slow, events are not fewer but late, and their latency
/// is measured from when they were due.
class send_load {
public:
    using clock = std::chrono::steady_clock;
    using sent_observer = std::function<void(const sent_event&)>;
    using tick_observer = std::function<void(clock::duration elapsed)>;

    send_load(const load_plan& plan, load_message message);

    /// Opens the connections before the measurement begins. Returns the first error if none could be opened; those that
    /// failed are tried again when they are needed.
    http::client_result<void> connect();

    /// Sends all events, or those until an interrupt (SIGINT). `on_tick`, which may be empty, is called ten times a
    /// second.
    load_outcome run(const sent_observer& on_sent, const tick_observer& on_tick);

private:
    struct connection {
        http::client link;
        boost::asio::steady_timer pause;
    };

    boost::asio::awaitable<void> open(std::size_t index);
    boost::asio::awaitable<void> work(std::size_t index);
    boost::asio::awaitable<void> tick();
    signature::message_headers sign(std::string_view body);
    boost::asio::awaitable<void> send(http::client& link, std::uint64_t number, clock::time_point since);
    void watch_interrupt();
    void finish();

    load_plan plan_;
    load_message message_;
    send_ids ids_;
    boost::asio::io_context context_{1};
    boost::asio::signal_set interrupt_{context_};
    boost::asio::steady_timer ticking_{context_};
    std::vector<connection> connections_; // destroyed before the context
    std::optional<http::client_error> first_error_;
    std::size_t opened_ = 0;
    std::size_t working_ = 0;
    std::uint64_t next_ = 0;
    clock::time_point start_;
    load_outcome outcome_;
    sent_observer on_sent_;
    tick_observer on_tick_;
};

} // namespace hookd::loadgen
