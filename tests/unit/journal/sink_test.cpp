// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

void fill(storage& into, int events) {
    for (int i = 0; i < events; ++i) {
        REQUIRE(append(into, sample("msg_" + std::to_string(into.last_sequence()))) == append_outcome::stored);
    }
}

failure waiting(std::uint64_t sequence, unix_millis next_try, unsigned attempts = 1) {
    return {.sequence = sequence, .attempts = attempts, .next_try = next_try, .dead = false, .detail = "exit 1"};
}

failure dead(std::uint64_t sequence) {
    return {.sequence = sequence, .attempts = 16, .next_try = {}, .dead = true, .detail = "exit 65"};
}

std::vector<due_event> due(storage& from, unix_millis at, std::size_t most = 100,
                           std::vector<std::uint64_t> except = {}) {
    return wait_for(from.due("audit", at, most, std::move(except)));
}

} // namespace

TEST_CASE("journal: a new sink begins at the journal's end, an existing one where it was") {
    const temporary_directory directory;
    {
        auto opened = open_journal(settings_for(directory.journal()));
        fill(*opened, 3);
        const auto state = opened->open_sink("audit");
        REQUIRE(state);
        CHECK(state->cursor == 3);
        fill(*opened, 3);
        CHECK(opened->commit_cursor("audit", 5));
        CHECK(opened->commit_cursor("audit", 4));
        CHECK(wait_for(opened->state("audit")).cursor == 5);
        REQUIRE(opened->open_sink("audit"));
        CHECK(opened->open_sink("audit")->cursor == 5);
        CHECK(opened->commit_cursor("audit", 4)); // nor behind what is on the disk
        CHECK(wait_for(opened->state("audit")).cursor == 5);
    }
    auto opened = open_journal(settings_for(directory.journal()));
    CHECK(opened->open_sink("audit")->cursor == 5);
    CHECK(opened->open_sink("inbox")->cursor == 6);
}

TEST_CASE(
    "journal: failures wait, become due in order, become dead letters and are acknowledged, also across a restart") {
    const temporary_directory directory;
    const auto check = [](storage& opened) {
        const auto state = wait_for(opened.state("audit"));
        CHECK(state.cursor == 6);
        CHECK(state.waiting == 3);
        CHECK(state.dead == 1);
        CHECK(state.next_try == some_day + 1s);
        CHECK(due(opened, some_day).empty());
        const auto first = due(opened, some_day + 2s);
        REQUIRE(first.size() == 2);
        CHECK(first[0].what.sequence == 4);
        CHECK(first[0].subject->sequence == 4);
        CHECK(first[0].what.detail == "exit 1");
        CHECK(first[1].what.sequence == 1);
        CHECK(first[1].what.attempts == 7);
        CHECK(first[1].what.next_try == some_day + 2s);
        CHECK(due(opened, some_day + 1h, 1, {4})[0].what.sequence == 1);
        CHECK(due(opened, some_day + 1h, 100, {4, 1, 6}).empty());
    };
    {
        auto opened = open_journal(settings_for(directory.journal()));
        REQUIRE(opened->open_sink("audit"));
        fill(*opened, 6);
        CHECK(opened->nack("audit", waiting(1, some_day + 9s)));
        CHECK(opened->nack("audit", waiting(1, some_day + 2s, 7)));
        CHECK(opened->nack("audit", waiting(2, some_day + 1s)));
        CHECK(wait_for(opened->state("audit")).waiting == 2);
        CHECK(opened->ack("audit", 2));
        CHECK(opened->ack("audit", 5));
        CHECK(opened->nack("audit", waiting(3, some_day)));
        CHECK(opened->nack("audit", dead(3)));
        CHECK(opened->nack("audit", waiting(4, some_day + 1s)));
        CHECK(opened->nack("audit", waiting(6, some_day + 3s)));
        CHECK(opened->commit_cursor("audit", 6));
        check(*opened);
    }
    auto opened = open_journal(settings_for(directory.journal()));
    const auto state = opened->open_sink("audit");
    REQUIRE(state);
    CHECK(state->waiting == 3);
    CHECK(state->dead == 1);
    check(*opened);
}

TEST_CASE("journal: one sink's failures are not another's") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    REQUIRE(opened->open_sink("audit"));
    REQUIRE(opened->open_sink("inbox"));
    fill(*opened, 2);
    CHECK(opened->nack("inbox", waiting(1, some_day)));
    CHECK(opened->commit_cursor("inbox", 2));
    CHECK(due(*opened, some_day + 1h).empty());
    CHECK(wait_for(opened->state("audit")).cursor == 0);
    CHECK(wait_for(opened->state("inbox")).waiting == 1);
    CHECK(wait_for(opened->state("nobody")).cursor == 0);
}

TEST_CASE("journal: what a sink reported is on disk soon, without an event to carry it") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    REQUIRE(opened->open_sink("audit"));
    fill(*opened, 1);
    const auto before = syncs();
    for (std::uint64_t i = 0; i < 100; ++i) {
        CHECK(opened->commit_cursor("audit", 1));
    }
    CHECK(eventually([&] { return syncs() > before; }));
    CHECK(syncs() == before + 1);
}

TEST_CASE("journal: a failure's detail is limited, at a character boundary") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    REQUIRE(opened->open_sink("audit"));
    fill(*opened, 1);
    auto what = waiting(1, some_day);
    what.detail = "x";
    for (int i = 0; i < 3'000; ++i) {
        what.detail += "\xC3\xA9";
    }
    CHECK(opened->nack("audit", what));
    const auto found = due(*opened, some_day);
    REQUIRE(found.size() == 1);
    CHECK(found[0].what.detail.size() == 4095);
}
