// SPDX-License-Identifier: MIT
#include "backends.hpp"

#include <boost/asio/strand.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

namespace asio = boost::asio;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

asio::awaitable<bool> resumes_on_own_executor(event_log& into, std::thread::id own) {
    const bool stored = co_await into.append(std::make_shared<event>(sample("own"))) == append_outcome::stored;
    co_return stored&& std::this_thread::get_id() == own;
}

} // namespace

TEST_CASE("log: an event is read as it was stored") {
    subject journal(GENERATE(from_range(backends())));
    auto what = sample("msg_1");
    what.document = std::string("\xF0\x9F\x93\x84 $(touch x)\n\0\"'", 19);
    what.collection = "";
    what.unbranded = true;
    what.json = false;
    what.body = std::string("\0\xff{}", 4);
    CHECK(append(*journal, what) == append_outcome::stored);
    CHECK(append(*journal, sample("msg_2", 0)) == append_outcome::stored);
    CHECK(journal->last_sequence() == 2);

    const auto all = read_all(*journal);
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

TEST_CASE("log: an id counts once at its endpoint, also after a restart") {
    subject journal(GENERATE(from_range(backends())));
    auto elsewhere = sample("msg_1");
    elsewhere.endpoint = "another";
    CHECK(append(*journal, sample("msg_1")) == append_outcome::stored);
    CHECK(append(*journal, sample("msg_1")) == append_outcome::duplicate);
    CHECK(append(*journal, elsewhere) == append_outcome::stored);
    journal.restart();
    CHECK(append(*journal, sample("msg_1")) == append_outcome::duplicate);
    CHECK(append(*journal, elsewhere) == append_outcome::duplicate);
    CHECK(journal->last_sequence() == 2);
    CHECK(append(*journal, sample("msg_2")) == append_outcome::stored);
    CHECK(read_all(*journal).back()->sequence == 3);
}

TEST_CASE("log: twenty copies at once, from several threads, are one event and nineteen duplicates") {
    subject journal(GENERATE(from_range(backends())));
    for (int round = 0; round < 10; ++round) {
        const auto id = "msg_" + std::to_string(round);
        std::atomic<int> stored = 0;
        std::atomic<int> duplicate = 0;
        {
            std::vector<std::jthread> threads;
            threads.reserve(4);
            for (int i = 0; i < 4; ++i) {
                threads.emplace_back([&] {
                    asio::io_context context;
                    std::vector<std::future<append_outcome>> outcomes;
                    outcomes.reserve(5);
                    for (int copy = 0; copy < 5; ++copy) {
                        outcomes.push_back(asio::co_spawn(context, journal->append(std::make_shared<event>(sample(id))),
                                                          asio::use_future));
                    }
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
    CHECK(read_all(*journal).size() == 10);
}

TEST_CASE("log: reading goes in order, from a place on, bounded by number and by bytes") {
    subject journal(GENERATE(from_range(backends())));
    for (int i = 0; i < 10; ++i) {
        REQUIRE(append(*journal, sample(std::to_string(i), 1'000)) == append_outcome::stored);
    }
    CHECK(sequences(*journal) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(wait_for(journal->read(0, 4, byte_size{1U << 20U})).size() == 4);
    CHECK(wait_for(journal->read(0, 100, byte_size{2'500})).size() == 3);
    CHECK(wait_for(journal->read(0, 100, byte_size{1})).size() == 1);
    CHECK(wait_for(journal->read(8, 100, byte_size{1U << 20U})).at(0)->sequence == 9);
    CHECK(wait_for(journal->read(10, 100, byte_size{1U << 20U})).empty());
}

TEST_CASE("log: each stored event is observed once, in order, and no duplicate is") {
    std::mutex mutex;
    std::vector<std::uint64_t> seen;
    const observers watch{.committed =
                              [&](std::span<const event_ptr> events) {
                                  const std::scoped_lock lock(mutex);
                                  for (const auto& each : events) {
                                      seen.push_back(each->sequence);
                                  }
                              },
                          .failed = {}};
    subject journal(GENERATE(from_range(backends())), {}, watch);
    fill(*journal, 3);
    CHECK(append(*journal, sample("msg_2")) == append_outcome::duplicate);
    fill(*journal, 1);
    journal->close();
    CHECK(seen == std::vector<std::uint64_t>{1, 2, 3, 4});
}

TEST_CASE("log: a coroutine resumes on the executor it waited on") {
    subject journal(GENERATE(from_range(backends())));
    asio::io_context context;
    const auto own = std::this_thread::get_id();
    auto plain = asio::co_spawn(context, resumes_on_own_executor(*journal, own), asio::use_future);
    auto strand = asio::make_strand(context);
    auto stranded =
        asio::co_spawn(strand, journal->append(std::make_shared<event>(sample("strand"))), asio::use_future);
    context.run_for(patience);
    CHECK(plain.get());
    CHECK(stranded.get() == append_outcome::stored);
}

TEST_CASE("log: a closed one takes nothing, and says so") {
    subject journal(GENERATE(from_range(backends())));
    fill(*journal, 1);
    CHECK(journal->accepts() == acceptance::open);
    journal->close();
    CHECK(append(*journal, sample("late")) == append_outcome::stopped);
    CHECK(error_of(journal->read(0, 10, byte_size{1'000})) == storage_errc::closed);
    CHECK(journal->accepts() == acceptance::closed);
    CHECK(journal->last_sequence() == 1);
    CHECK(journal->metrics().stored == 1);
}
