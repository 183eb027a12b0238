// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <thread>

namespace asio = boost::asio;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

struct held_journal {
    std::promise<void> reached;
    std::promise<void> released;
    std::atomic<bool> first = true;
    observers watch() {
        return {.committed =
                    [this](std::span<const event_ptr>) {
                        if (first.exchange(false)) {
                            reached.set_value();
                            released.get_future().wait();
                        }
                    },
                .failed = {}};
    }
};

asio::awaitable<void> append_and_count(storage& into, std::string id, std::shared_ptr<int> alive,
                                       std::atomic<int>& ended) {
    if (co_await into.append(std::make_shared<event>(sample(id))) == append_outcome::stored) {
        ended += *alive;
    }
}

void ignore(const std::exception_ptr& /*what*/) {}

} // namespace

TEST_CASE("journal: closing commits what waits, and rejects what comes later") {
    const temporary_directory directory;
    held_journal held;
    auto opened =
        open_journal(settings_for(directory.journal()), {.batch_events = 4}, held.watch()); // in several commits
    auto alone = std::async(std::launch::async, [&] { return append(*opened, sample("first")); });
    held.reached.get_future().wait();
    asio::io_context context;
    std::vector<std::future<append_outcome>> waiting;
    for (int i = 0; i < 10; ++i) {
        waiting.push_back(asio::co_spawn(context, opened->append(std::make_shared<event>(sample(std::to_string(i)))),
                                         asio::use_future));
    }
    context.poll();
    auto closing = std::async(std::launch::async, [&] { opened->close(); });
    std::size_t late = 0;
    CHECK(eventually([&] {
        const auto id = "late_" + std::to_string(late);
        auto outcome = asio::co_spawn(context, opened->append(std::make_shared<event>(sample(id))), asio::use_future);
        context.restart();
        context.poll();
        if (outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
            return outcome.get() == append_outcome::stopped;
        }
        ++late; // before the close: taken, and to be stored
        waiting.push_back(std::move(outcome));
        return false;
    }));
    held.released.set_value();
    closing.get();
    context.restart();
    context.run_for(patience);
    for (auto& outcome : waiting) {
        REQUIRE(outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
        CHECK(outcome.get() == append_outcome::stored);
    }
    CHECK(alone.get() == append_outcome::stored);
    CHECK(read_all(*open_journal(settings_for(directory.journal()))).size() == 11 + late);
}

TEST_CASE("journal: a context may end while its coroutines wait") {
    const temporary_directory directory;
    held_journal held;
    auto opened = open_journal(settings_for(directory.journal()), {}, held.watch());
    auto alone = std::async(std::launch::async, [&] { return append(*opened, sample("first")); });
    held.reached.get_future().wait();
    std::atomic<int> ended = 0;
    const auto alive = std::make_shared<int>(1);
    {
        asio::io_context context;
        for (int i = 0; i < 10; ++i) {
            asio::co_spawn(context, append_and_count(*opened, std::to_string(i), alive, ended), ignore);
        }
        context.poll();
        CHECK(alive.use_count() == 11);
    }
    CHECK(alive.use_count() == 1);
    held.released.set_value();
    CHECK(alone.get() == append_outcome::stored);
    CHECK(append(*opened, sample("last")) == append_outcome::stored);
    CHECK(ended == 0);
    CHECK(read_all(*opened).size() == 12);
}

TEST_CASE("journal: results that have no receiver any more are dropped with their context") {
    const temporary_directory directory;
    const auto alive = std::make_shared<int>(1);
    std::atomic<int> ended = 0;
    asio::io_context context;
    {
        auto opened = open_journal(settings_for(directory.journal()));
        asio::co_spawn(context, append_and_count(*opened, "msg_1", alive, ended), ignore);
        context.poll();
    }
    CHECK(ended == 0);
    CHECK(read_all(*open_journal(settings_for(directory.journal()))).size() == 1);
}

TEST_CASE("journal: many contexts come and go while events flow") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    const auto alive = std::make_shared<int>(1);
    std::atomic<int> ended = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 3; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 30; ++i) {
                    asio::io_context context;
                    for (int c = 0; c < 4; ++c) {
                        const auto id = std::to_string(t) + "_" + std::to_string(i) + "_" + std::to_string(c);
                        asio::co_spawn(context, append_and_count(*opened, id, alive, ended), ignore);
                    }
                    context.run_one();
                    context.poll();
                }
            });
        }
    }
    CHECK(alive.use_count() == 1);
    CHECK(append(*opened, sample("last")) == append_outcome::stored);
}
