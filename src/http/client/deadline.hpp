// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace hookd::http {

/// A deadline that moves with every request. Moving it later, the usual case, only writes a number: the timer runs
/// until the deadline for which it was started, and only then checks the current one. On the thread of its io_context.
class client_deadline {
public:
    using clock = std::chrono::steady_clock;

    /// `expired` is called when the deadline passes; never after the destructor.
    client_deadline(boost::asio::io_context& context, std::function<void()> expired);
    client_deadline(const client_deadline&) = delete;
    client_deadline& operator=(const client_deadline&) = delete;
    ~client_deadline();

    void set(clock::time_point when);
    /// No deadline until it is set again; a timer that still runs keeps the io_context busy, but has no effect.
    void lift() { state_->when = clock::time_point::max(); }
    /// No deadline, and the timer stops.
    void stop();
    /// Whether it has passed since it was last set.
    bool passed() const { return state_->passed; }

private:
    using timer = boost::asio::basic_waitable_timer<clock>;
    struct state {
        timer ticking;
        std::function<void()> expired;
        clock::time_point when = clock::time_point::max();
        clock::time_point running_to = clock::time_point::max(); // max: the timer does not run
        bool passed = false;
    };
    static void run_timer(const std::shared_ptr<state>& own);
    static void look(const std::shared_ptr<state>& own);

    std::shared_ptr<state>
        state_; // shared with the timer's handler, which may already be queued when this is destroyed
};

} // namespace hookd::http
