// SPDX-License-Identifier: MIT
#include "admin/reload_handler.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <thread>

namespace {

namespace asio = boost::asio;
using hookd::admin::reload_handler;
using hookd::admin::reload_verdict;
using callback = std::move_only_function<void(reload_verdict)>;

/// Starts a wait for a reload on the context; its result, and on which thread it arrived.
struct outcome {
    std::vector<reload_verdict> verdicts;
    std::thread::id thread;
};
std::shared_ptr<outcome> wait_at(reload_handler& router, asio::io_context& context) {
    auto found = std::make_shared<outcome>();
    asio::co_spawn(context, router.reload(), [found](const std::exception_ptr& thrown, reload_verdict what) {
        REQUIRE_FALSE(thrown);
        found->verdicts.push_back(std::move(what));
        found->thread = std::this_thread::get_id();
    });
    return found;
}

} // namespace

TEST_CASE("reload handler: a verdict from another thread reaches the waiting request on the request's own thread") {
    asio::io_context context;
    std::thread other;
    reload_handler router{[&](callback answer) {
        other = std::thread{[answer = std::move(answer)]() mutable { answer({.applied = true, .errors = {}}); }};
    }};
    const auto found = wait_at(router, context);
    context.run(); // returns only when the verdict has come
    other.join();
    REQUIRE(found->verdicts.size() == 1);
    CHECK(found->verdicts.front().applied);
    CHECK(found->thread == std::this_thread::get_id());
}

TEST_CASE("reload handler: a verdict may come at once") {
    asio::io_context context;
    reload_handler router{[](callback answer) { answer({.applied = false, .errors = {"a:1:2: b"}}); }};
    const auto found = wait_at(router, context);
    context.run();
    REQUIRE(found->verdicts.size() == 1);
    CHECK(found->verdicts.front().errors == std::vector<std::string>{"a:1:2: b"});
}

TEST_CASE("reload handler: closing completes all waiting and all later requests; late verdicts are ignored") {
    asio::io_context context;
    std::vector<callback> pending;
    reload_handler router{[&](callback answer) { pending.push_back(std::move(answer)); }};
    const auto first = wait_at(router, context);
    const auto second = wait_at(router, context);
    context.poll();
    REQUIRE(pending.size() == 2);
    CHECK(first->verdicts.empty());

    router.close();
    const auto third = wait_at(router, context);
    context.run();
    for (const auto& each : {first, second, third}) {
        REQUIRE(each->verdicts.size() == 1);
        CHECK_FALSE(each->verdicts.front().applied);
        CHECK(each->verdicts.front().errors == std::vector<std::string>{"the daemon is stopping"});
    }
    CHECK(pending.size() == 2);
    for (auto& each : pending) {
        each({.applied = true, .errors = {}});
    }
    context.restart();
    context.run();
    CHECK(first->verdicts.size() == 1);
}

TEST_CASE("reload handler: destroying the callback completes the request") {
    asio::io_context context;
    reload_handler router{[](callback answer) { const callback dropped = std::move(answer); }};
    const auto found = wait_at(router, context);
    context.run();
    REQUIRE(found->verdicts.size() == 1);
    CHECK_FALSE(found->verdicts.front().applied);
}
