// SPDX-License-Identifier: MIT
#pragma once

#include "requests.hpp"
#include "wire.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

/// The connections of one campaign, on one epoll.
class campaign {
public:
    using clock = std::chrono::steady_clock;

    campaign(std::uint16_t port, bool tls);
    ~campaign();
    campaign(const campaign&) = delete;
    campaign& operator=(const campaign&) = delete;

    wire& connect();
    /// Opens this many, 128 at a time, and waits until each has done its handshake.
    std::vector<wire*> connect(std::size_t count);
    void forget(wire& one);
    /// Waits until a connection is ready or it is `until`, and shows what each came to.
    void wait(clock::time_point until, const std::function<void(wire&, progress)>& came_to);

private:
    std::uint16_t port_;
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> tls_;
    int poll_;
    std::vector<std::unique_ptr<wire>> wires_;
};

/// Reports that all connections are open, and waits for a line: meanwhile the server is measured.
void wait_for_the_word(std::size_t connections);

/// Every connection, or 1,024 of them at a time, has one request under way; the next leaves when an answer is whole.
void fire(campaign& on, const requests& all, std::size_t connections);
/// Sends at a fixed rate, whatever the answers do; a request's time begins when it was due.
void pace(campaign& on, const requests& all, std::size_t connections, double rate);
/// New connections one after another, `at_a_time`: each shakes hands, says goodbye, and waits for the peer's.
void shake_hands(campaign& on, std::size_t count, std::size_t at_a_time);
/// Opens connections, sends as many requests, one on each, and holds them until it is told to end.
void hold(campaign& on, const requests& all, std::size_t connections);
