// SPDX-License-Identifier: MIT
#include "journal/sqlite/queue.hpp"

#include <catch2/catch.hpp>

using namespace hookd::journal;

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_changes = 2;

queue::clock::time_point now{1h};

/// What the journal's thread gets to do now.
queue::work taken(queue& from, bool disk_full) {
    queue::work work;
    from.take(work, queue::clock::time_point::min(), disk_full);
    return work;
}

void ask(queue& of) {
    job what = [](tables*, completion_batch&) { return storage_result<void>(); };
    REQUIRE(of.put(what));
}

} // namespace

TEST_CASE("queue: on a full disk reads wait while too many failures do, and continue with the first space") {
    queue waiting(tuning{.most_waiting_changes = most_changes});
    for (std::uint64_t sequence = 1; sequence <= most_changes; ++sequence) {
        waiting.nack("sink", {.sequence = sequence, .attempts = 1, .next_try = {}, .dead = false, .detail = {}});
    }
    ask(waiting);
    CHECK(taken(waiting, true).jobs.size() == 1);
    waiting.nack("sink", {.sequence = most_changes + 1, .attempts = 1, .next_try = {}, .dead = false, .detail = {}});
    ask(waiting);
    CHECK(taken(waiting, true).jobs.empty());
    CHECK(taken(waiting, false).jobs.size() == 1);
}

TEST_CASE("queue: once it is closed, reads no longer wait") {
    queue waiting(tuning{.most_waiting_changes = 0});
    waiting.nack("sink", {.sequence = 1, .attempts = 1, .next_try = {}, .dead = false, .detail = {}});
    ask(waiting);
    CHECK(taken(waiting, true).jobs.empty());
    waiting.close();
    CHECK(taken(waiting, true).jobs.size() == 1);
}

TEST_CASE("queue: what could not be committed is due again after its delay, without an event to carry it") {
    queue waiting(tuning{.now = [] { return now; }, .changes_delay = 50ms});
    waiting.commit_cursor("sink", 7);
    now += 50ms;
    waiting.give_back(std::move(taken(waiting, true).said), 1s);
    now += 999ms;
    CHECK(taken(waiting, true).said.empty());
    now += 1ms;
    const auto again = taken(waiting, true).said;
    REQUIRE(again.sinks().contains("sink"));
    CHECK(again.sinks().at("sink").cursor == 7);
}

TEST_CASE("queue: changes are due a fixed time after the first of them, however many follow") {
    queue waiting(tuning{.now = [] { return now; }, .changes_delay = 50ms});
    waiting.commit_cursor("sink", 1);
    now += 30ms;
    waiting.commit_cursor("sink", 2);
    CHECK(taken(waiting, false).said.empty());
    now += 20ms;
    CHECK_FALSE(taken(waiting, false).said.empty());
}
