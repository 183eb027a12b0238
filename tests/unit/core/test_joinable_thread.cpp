// SPDX-License-Identifier: MIT
#include <hookd/core/detached_thread_guard.hpp>
#include <hookd/core/joinable_thread.hpp>

#include <catch2/catch.hpp>

#include <future>
#include <memory>

using namespace std::chrono_literals;
using hookd::joinable_thread;
using hookd::returns_before;
using clock_type = std::chrono::steady_clock;

TEST_CASE("joinable thread: one that hangs is awaited until the deadline, and can be detached") {
    auto gate = std::make_shared<std::promise<void>>();
    std::promise<void> gone;
    auto left = gone.get_future();
    joinable_thread thread;
    CHECK(thread.join_before(clock_type::now()));
    thread.start([gate, &gone] {
        gate->get_future().wait();
        gone.set_value_at_thread_exit();
    });
    const auto begun = clock_type::now();
    CHECK_FALSE(thread.join_before(begun + 20ms));
    CHECK(clock_type::now() - begun >= 20ms);
    thread.detach();
    CHECK_FALSE(thread.started());
    gate->set_value();
    CHECK(left.wait_for(30s) == std::future_status::ready);
}

TEST_CASE("joinable thread: its end is noticed at once") {
    joinable_thread thread;
    thread.start([] {});
    CHECK(thread.join_before(clock_type::now() + 30s));
    CHECK_FALSE(thread.started());
}

TEST_CASE("joinable thread: a call that does not return in time is left, and counts as a detached thread") {
    CHECK(returns_before(clock_type::now() + 30s, [] {}));
    CHECK_FALSE(hookd::detached_thread_guard::any());
    auto gate = std::make_shared<std::promise<void>>();
    CHECK_FALSE(returns_before(clock_type::now() + 20ms, [gate] { gate->get_future().wait(); }));
    CHECK(hookd::detached_thread_guard::any());
    gate->set_value();
    const auto deadline = clock_type::now() + 30s;
    while (hookd::detached_thread_guard::any() && clock_type::now() < deadline) {
        std::this_thread::yield();
    }
    CHECK_FALSE(hookd::detached_thread_guard::any());
}
