// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

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

asio::awaitable<bool> resumes_on_own_executor(storage& into, std::thread::id own) {
    const bool stored = co_await into.append(std::make_shared<event>(sample("own"))) == append_outcome::stored;
    co_return stored&& std::this_thread::get_id() == own;
}

} // namespace

TEST_CASE("journal: an event is read as it was stored") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    auto what = sample("msg_1");
    what.document = std::string("\xF0\x9F\x93\x84 $(touch x)\n\0\"'", 20);
    what.collection = "";
    what.unbranded = true;
    what.json = false;
    what.body = std::string("\0\xff{}", 4);
    CHECK(append(*opened, what) == append_outcome::stored);
    CHECK(append(*opened, sample("msg_2", 0)) == append_outcome::stored);
    CHECK(opened->last_sequence() == 2);

    const auto all = read_all(*opened);
    REQUIRE(all.size() == 2);
    CHECK(all[0]->sequence == 1);
    CHECK(all[0]->endpoint == what.endpoint);
    CHECK(all[0]->id == what.id);
    CHECK(all[0]->type == what.type);
    CHECK(all[0]->collection == what.collection);
    CHECK(all[0]->document == what.document);
    CHECK(all[0]->accepted == what.accepted);
    CHECK(all[0]->peer == what.peer);
    CHECK(all[0]->unbranded == what.unbranded);
    CHECK(all[0]->timestamp == what.timestamp);
    CHECK(all[0]->signature == what.signature);
    CHECK(all[0]->json == what.json);
    CHECK(all[0]->body == what.body);
    CHECK(all[1]->body.empty());
}

TEST_CASE("journal: an id counts once at its endpoint, also after a restart") {
    const temporary_directory directory;
    auto elsewhere = sample("msg_1");
    elsewhere.endpoint = "another";
    {
        auto opened = open_journal(settings_for(directory.journal()));
        CHECK(append(*opened, sample("msg_1")) == append_outcome::stored);
        CHECK(append(*opened, sample("msg_1")) == append_outcome::duplicate);
        CHECK(append(*opened, elsewhere) == append_outcome::stored);
    }
    auto opened = open_journal(settings_for(directory.journal()));
    CHECK(append(*opened, sample("msg_1")) == append_outcome::duplicate);
    CHECK(append(*opened, elsewhere) == append_outcome::duplicate);
    CHECK(opened->last_sequence() == 2);
    CHECK(append(*opened, sample("msg_2")) == append_outcome::stored);
    CHECK(read_all(*opened).back()->sequence == 3);
}

TEST_CASE("journal: twenty copies at once, from several threads, are one event and nineteen duplicates") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    for (int round = 0; round < 10; ++round) {
        const auto id = "msg_" + std::to_string(round);
        std::atomic<int> stored = 0;
        std::atomic<int> duplicate = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 4; ++i) {
                threads.emplace_back([&] {
                    asio::io_context context;
                    auto outcomes = spawn(context, *opened, 5, [&](int) { return sample(id); });
                    context.run_for(patience);
                    for (auto& outcome : outcomes) {
                        const auto what = outcome.get();
                        stored += what == append_outcome::stored ? 1 : 0;
                        duplicate += what == append_outcome::duplicate ? 1 : 0;
                    }
                });
            }
        }
        CHECK(stored == 1);
        CHECK(duplicate == 19);
    }
    CHECK(read_all(*opened).size() == 10);
}

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

TEST_CASE("journal: a coroutine resumes on the executor it waited on") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    asio::io_context context;
    const auto own = std::this_thread::get_id();
    auto plain = asio::co_spawn(context, resumes_on_own_executor(*opened, own), asio::use_future);
    auto strand = asio::make_strand(context);
    auto stranded = asio::co_spawn(strand, opened->append(std::make_shared<event>(sample("strand"))), asio::use_future);
    context.run_for(patience);
    CHECK(plain.get());
    CHECK(stranded.get() == append_outcome::stored);
}

TEST_CASE("journal: reading is bounded by number and by bytes") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    for (int i = 0; i < 10; ++i) {
        REQUIRE(append(*opened, sample(std::to_string(i), 1'000)) == append_outcome::stored);
    }
    CHECK(wait_for(opened->read(0, 4, byte_size{1U << 20U})).size() == 4);
    CHECK(wait_for(opened->read(0, 100, byte_size{2'500})).size() == 3);
    CHECK(wait_for(opened->read(0, 100, byte_size{1})).size() == 1);
    CHECK(wait_for(opened->read(8, 100, byte_size{1U << 20U})).size() == 2);
    CHECK(wait_for(opened->read(10, 100, byte_size{1U << 20U})).empty());
}
