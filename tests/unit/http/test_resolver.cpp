// SPDX-License-Identifier: MIT
#include <hookd/http/client/resolver.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <deque>
#include <optional>

namespace asio = boost::asio;
using namespace hookd::http;
using namespace std::chrono_literals;

namespace {

using found = client_result<destination_ptr>;

asio::awaitable<void> look(resolver& finder, std::chrono::milliseconds patience, std::optional<found>& into) {
    co_await asio::this_coro::throw_if_cancelled(false);
    into = co_await finder.find(resolver::clock::now() + patience);
}

struct finding {
    asio::io_context context{1};
    std::deque<std::optional<found>> outcomes;

    std::optional<found>& begin(resolver& finder, std::chrono::milliseconds patience = 20s) {
        auto& outcome = outcomes.emplace_back();
        asio::co_spawn(context, look(finder, patience, outcome),
                       [](const std::exception_ptr& thrown) { REQUIRE_FALSE(thrown); });
        return outcome;
    }
    void run() {
        context.restart();
        context.run_for(20s);
    }
};

url local(const std::string& host) {
    return {.tls = false, .host = host, .port = 9, .target = "/"};
}

} // namespace

TEST_CASE_METHOD(finding, "resolver: however many wait, one lookup serves all, and is kept") {
    resolver finder{context, local("localhost"), {}};
    const auto& first = begin(finder);
    const auto& second = begin(finder);
    run();
    REQUIRE((first && second && *first && *second));
    CHECK(**first == **second);
    const auto& third = begin(finder);
    run();
    REQUIRE((third && *third));
    CHECK(**third == **first);
}

TEST_CASE_METHOD(finding, "resolver: a destination that does not respond is looked up again, once") {
    resolver finder{context, local("127.0.0.1"), {}};
    const auto& before = begin(finder);
    run();
    REQUIRE((before && *before));
    finder.forget(**before);
    const auto& after = begin(finder);
    run();
    REQUIRE((after && *after));
    CHECK(**after != **before);
    finder.forget(**before); // somebody who is late to tell
    const auto& again = begin(finder);
    run();
    REQUIRE((again && *again));
    CHECK(**again == **after);
}

TEST_CASE_METHOD(finding, "resolver: a name without an address is an error that is not kept") {
    resolver finder{context, local("no-such-host.invalid"), {}};
    for (int i = 0; i < 2; ++i) {
        const auto& outcome = begin(finder);
        run();
        REQUIRE(outcome);
        REQUIRE_FALSE(*outcome);
        CHECK(outcome->error().kind == client_errc::unknown_host);
    }
}

TEST_CASE_METHOD(finding, "resolver: a caller without time left does not wait, and the next gets the result") {
    resolver finder{context, local("localhost"), {}};
    const auto& hasty = begin(finder, 0ms);
    const auto& patient = begin(finder);
    run();
    REQUIRE((hasty && patient));
    CHECK_FALSE(*hasty);
    CHECK(*patient);
}

TEST_CASE_METHOD(finding, "resolver: cancelled, it ends at once") {
    resolver finder{context, local("localhost"), {}};
    asio::cancellation_signal stop;
    std::optional<found> outcome;
    asio::co_spawn(
        context, look(finder, 1h, outcome),
        asio::bind_cancellation_slot(stop.slot(), [](const std::exception_ptr& thrown) { REQUIRE_FALSE(thrown); }));
    context.run_one(); // it begins to wait
    if (!outcome) {
        stop.emit(asio::cancellation_type::terminal);
    }
    run();
    CHECK(outcome);
}

TEST_CASE("resolver: it may end while a lookup is under way") {
    for (int i = 0; i < 50; ++i) {
        asio::io_context context{1};
        std::optional<found> outcome;
        resolver finder{context, local("localhost"), {}};
        asio::co_spawn(context, look(finder, 0ms, outcome), [](const std::exception_ptr&) {});
        context.run_for(20s);
        REQUIRE(outcome);
    }
}
