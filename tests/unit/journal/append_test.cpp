// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <future>

namespace asio = boost::asio;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

/// Holds the journal's thread in the commit observer of its first commit.
class gate {
public:
    observers watch() {
        return {.committed =
                    [this](std::span<const event_ptr> events) {
                        committed += events.size();
                        if (!held_.exchange(true)) {
                            reached_.set_value();
                            released_.get_future().wait();
                        }
                    },
                .failed = {}};
    }
    void wait_until_reached() { reached_.get_future().wait(); }
    void release() { released_.set_value(); }
    std::atomic<std::size_t> committed = 0;

private:
    std::atomic<bool> held_ = false;
    std::promise<void> reached_;
    std::promise<void> released_;
};

std::vector<std::future<append_outcome>> spawn(asio::io_context& context, storage& into, int count,
                                               const std::function<event(int)>& make) {
    std::vector<std::future<append_outcome>> outcomes;
    for (int i = 0; i < count; ++i) {
        outcomes.push_back(asio::co_spawn(context, into.append(std::make_shared<event>(make(i))), asio::use_future));
    }
    return outcomes;
}

std::size_t count(std::vector<std::future<append_outcome>>& outcomes, append_outcome wanted) {
    std::size_t found = 0;
    for (auto& outcome : outcomes) {
        found += outcome.valid() && outcome.get() == wanted ? 1 : 0;
    }
    return found;
}

} // namespace

TEST_CASE("journal: events that gather during a commit share one sync") {
    const temporary_directory directory;
    gate first;
    auto opened = open_journal(settings_for(directory.journal()), {}, first.watch());
    auto alone = std::async(std::launch::async, [&] { return append(*opened, sample("first")); });
    first.wait_until_reached();

    asio::io_context context;
    auto outcomes = spawn(context, *opened, 64, [](int i) { return sample("msg_" + std::to_string(i / 2)); });
    context.poll();
    const auto syncs_before = syncs();
    const auto commits_before = opened->metrics().commits.load();
    first.release();
    context.restart();
    context.run_for(patience);

    CHECK(alone.get() == append_outcome::stored);
    CHECK(opened->metrics().commits == commits_before + 1);
    CHECK(syncs() == syncs_before + 1);
    CHECK(opened->metrics().stored == 33);
    std::size_t stored = 0;
    for (int i = 0; i < 64; ++i) {
        const auto outcome = outcomes[static_cast<std::size_t>(i)].get();
        CHECK(outcome == (i % 2 == 0 ? append_outcome::stored : append_outcome::duplicate));
        stored += outcome == append_outcome::stored ? 1 : 0;
    }
    CHECK(stored == 32);
    CHECK(eventually([&] { return first.committed == 33; }));
}

TEST_CASE("journal: events wait for others only until there are enough for a commit") {
    const temporary_directory directory;
    tuning limits;
    limits.commit_pace = limits.gather_wait = std::chrono::hours(1);
    limits.gather_events = 4;
    gate first;
    auto opened = open_journal(settings_for(directory.journal()), limits, first.watch());
    auto alone = std::async(std::launch::async, [&] { return append(*opened, sample("first")); });
    first.wait_until_reached();

    asio::io_context context;
    const auto spawn_some = [&](const std::string& name, int number) {
        return spawn(context, *opened, number, [&](int i) { return sample(name + std::to_string(i)); });
    };
    auto few = spawn_some("few", 3);
    context.poll();
    first.release();
    CHECK(alone.get() == append_outcome::stored);
    context.run_for(std::chrono::milliseconds(100));
    CHECK(opened->metrics().stored == 1);

    auto last = spawn_some("last", 1);
    context.restart();
    context.run_for(patience);
    CHECK(count(few, append_outcome::stored) + count(last, append_outcome::stored) == 4);
    CHECK(opened->metrics().commits == 2);
}

TEST_CASE("journal: every single event is synced before it is answered") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    for (int i = 0; i < 10; ++i) {
        const auto before = syncs();
        REQUIRE(append(*opened, sample(std::to_string(i))) == append_outcome::stored);
        CHECK(syncs() > before);
    }
}

TEST_CASE("journal: past its limits of waiting events it says busy, and continues with those it accepted") {
    const temporary_directory directory;
    tuning limits;
    limits.most_waiting = 8;
    limits.most_waiting_bytes = 20'000;
    gate first;
    auto opened = open_journal(settings_for(directory.journal()), limits, first.watch());
    auto alone = std::async(std::launch::async, [&] { return append(*opened, sample("first")); });
    first.wait_until_reached();

    asio::io_context context;
    std::vector<std::future<append_outcome>> outcomes;
    std::size_t expected = 8;
    SECTION("by their number") {
        outcomes = spawn(context, *opened, 12, [](int i) { return sample(std::to_string(i)); });
    }
    SECTION("by their bytes") {
        outcomes = spawn(context, *opened, 12, [](int i) { return sample(std::to_string(i), 5'000); });
        expected = 3;
    }
    SECTION("but one is always taken") {
        outcomes = spawn(context, *opened, 12, [](int i) { return sample(std::to_string(i), 50'000); });
        expected = 1;
    }
    context.poll();
    first.release();
    context.restart();
    context.run_for(patience);
    CHECK(alone.get() == append_outcome::stored);
    CHECK(count(outcomes, append_outcome::stored) == expected);
    CHECK(append(*opened, sample("last")) == append_outcome::stored);
}

TEST_CASE("journal: a completed append no longer counts as waiting, whatever the outcome") {
    const temporary_directory directory;
    tuning limits;
    limits.most_waiting = 8;
    limits.most_waiting_bytes = 20'000;
    auto settings = settings_for(directory.journal());
    auto opened = open_journal(settings, limits);
    auto expected = append_outcome::stored;
    SECTION("stored") {}
    SECTION("a duplicate") {
        expected = append_outcome::duplicate;
        for (int i = 0; i < 20; ++i) {
            REQUIRE(append(*opened, sample(std::to_string(i))) == append_outcome::stored);
        }
    }
    SECTION("full") {
        expected = append_outcome::full;
        settings.max_size = byte_size{1};
        opened->configure(settings);
    }
    for (int i = 0; i < 20; ++i) {
        CHECK(append(*opened, sample(std::to_string(i), 5'000)) == expected);
    }
    settings.max_size = byte_size{1U << 30U};
    opened->configure(settings);
    CHECK(append(*opened, sample("last")) == append_outcome::stored);
    CHECK(eventually([&] { return opened->accepts() == acceptance::open; }));
}
