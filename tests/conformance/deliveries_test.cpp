// SPDX-License-Identifier: MIT
#include "backends.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

std::vector<due_event> due(delivery_store& from, unix_millis at, std::size_t most = 100,
                           std::vector<std::uint64_t> except = {}) {
    return wait_for(from.due("audit", at, most, std::move(except)));
}

} // namespace

TEST_CASE("deliveries: a new sink begins at the log's end, an existing one where it was") {
    subject journal(GENERATE(from_range(backends())));
    fill(*journal, 3);
    const auto state = journal->open_sink({"audit"});
    REQUIRE(state);
    CHECK(state->cursor == 3);
    fill(*journal, 3);
    CHECK(journal->commit_cursor("audit", 5));
    CHECK(journal->commit_cursor("audit", 4));
    CHECK(wait_for(journal->state("audit")).cursor == 5);
    REQUIRE(journal->open_sink({"audit"}));
    CHECK(journal->open_sink({"audit"})->cursor == 5);
    CHECK(journal->commit_cursor("audit", 4)); // nor behind what is stored
    CHECK(wait_for(journal->state("audit")).cursor == 5);
    journal.restart();
    CHECK(journal->open_sink({"audit"})->cursor == 5);
    CHECK(journal->open_sink({"inbox"})->cursor == 6);
    journal->close_sink("audit");
    fill(*journal, 1);
    CHECK(journal->open_sink({"audit"})->cursor == 5);
}

TEST_CASE("deliveries: failures wait, come due in order, die and are acknowledged, also across a restart") {
    subject journal(GENERATE(from_range(backends())));
    const auto check = [&] {
        const auto state = wait_for(journal->state("audit"));
        CHECK(state.cursor == 6);
        CHECK(state.waiting == 3);
        CHECK(state.dead == 1);
        CHECK(state.next_try == some_day + 1s);
        CHECK(due(*journal, some_day).empty());
        const auto first = due(*journal, some_day + 2s);
        REQUIRE(first.size() == 2);
        CHECK(first[0].what.sequence == 4);
        CHECK(first[0].subject->sequence == 4);
        CHECK(first[0].what.detail == "exit 1");
        CHECK(first[1].what.sequence == 1);
        CHECK(first[1].what.attempts == 7);
        CHECK(first[1].what.next_try == some_day + 2s);
        CHECK(due(*journal, some_day + 1h, 1, {4})[0].what.sequence == 1);
        CHECK(due(*journal, some_day + 1h, 100, {4, 1, 6}).empty());
    };
    REQUIRE(journal->open_sink({"audit"}));
    fill(*journal, 6);
    CHECK(journal->nack("audit", waiting(1, some_day + 9s)));
    CHECK(journal->nack("audit", waiting(1, some_day + 2s, 7)));
    CHECK(journal->nack("audit", waiting(2, some_day + 1s)));
    CHECK(wait_for(journal->state("audit")).waiting == 2);
    CHECK(journal->ack("audit", 2, {}));
    CHECK(journal->ack("audit", 5, {}));
    CHECK(journal->nack("audit", waiting(3, some_day)));
    CHECK(journal->nack("audit", dead(3)));
    CHECK(journal->nack("audit", waiting(4, some_day + 1s)));
    CHECK(journal->nack("audit", waiting(6, some_day + 3s)));
    CHECK(journal->commit_cursor("audit", 6));
    check();
    journal.restart();
    const auto state = journal->open_sink({"audit"});
    REQUIRE(state);
    CHECK(state->waiting == 3);
    CHECK(state->dead == 1);
    check();
}

TEST_CASE("deliveries: one sink's failures are not another's") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink({"audit"}));
    REQUIRE(journal->open_sink({"inbox"}));
    fill(*journal, 2);
    CHECK(journal->nack("inbox", waiting(1, some_day)));
    CHECK(journal->commit_cursor("inbox", 2));
    CHECK(due(*journal, some_day + 1h).empty());
    CHECK(wait_for(journal->state("audit")).cursor == 0);
    CHECK(wait_for(journal->state("inbox")).waiting == 1);
    CHECK(wait_for(journal->state("nobody")).cursor == 0);
}

TEST_CASE("deliveries: a failure's detail is limited, at a character boundary") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink({"audit"}));
    fill(*journal, 1);
    auto what = waiting(1, some_day);
    what.detail = "x";
    for (int i = 0; i < 3'000; ++i) {
        what.detail += "\xC3\xA9";
    }
    CHECK(journal->nack("audit", what));
    const auto found = due(*journal, some_day);
    REQUIRE(found.size() == 1);
    CHECK(found[0].what.detail.size() == 4095);
}

TEST_CASE("deliveries: a pause lasts until the sink is resumed, also across a restart") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink({"inbox"}));
    CHECK_FALSE(journal->open_sink({"audit"})->paused);
    wait_for(journal->pause("audit", true));
    CHECK(wait_for(journal->state("audit")).paused);
    journal.restart();
    CHECK(journal->open_sink({"audit"})->paused);
    CHECK_FALSE(journal->open_sink({"inbox"})->paused);
    wait_for(journal->pause("audit", false));
    CHECK_FALSE(journal->open_sink({"audit"})->paused);
}

TEST_CASE("deliveries: the progress of a sink is in the metrics") {
    subject journal(GENERATE(from_range(backends())));
    const auto shows = [&](std::uint64_t cursor, std::uint64_t waiting, std::uint64_t dead) {
        return eventually([&] {
            const auto found = journal->metrics().sinks.find("audit");
            return found && found->cursor == cursor && found->waiting == waiting && found->dead == dead;
        });
    };
    CHECK_FALSE(journal->metrics().sinks.find("audit"));
    REQUIRE(journal->open_sink({"audit"}));
    CHECK(shows(0, 0, 0));
    fill(*journal, 3);
    CHECK(journal->nack("audit", waiting(1, some_day)));
    CHECK(journal->nack("audit", dead(2)));
    CHECK(journal->commit_cursor("audit", 2));
    CHECK(shows(2, 1, 1));
    CHECK(journal->nack("audit", dead(1)));
    CHECK(shows(2, 0, 2));
    CHECK(journal->ack("audit", 2, {}));
    CHECK(shows(2, 0, 1));
    journal.restart();
    REQUIRE(journal->open_sink({"audit"}));
    CHECK(shows(2, 0, 1));
}

TEST_CASE("deliveries: a closed journal takes no progress, and says so") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink({"audit"}));
    journal->close();
    CHECK(journal->open_sink({"late"}).error().what == storage_errc::closed);
    CHECK(journal->commit_cursor("audit", 1).error().what == storage_errc::closed);
    CHECK(journal->nack("audit", dead(1)).error().what == storage_errc::closed);
    CHECK(journal->ack("audit", 1, {}).error().what == storage_errc::closed);
    CHECK(error_of(journal->due("audit", some_day, 1, {})) == storage_errc::closed);
    CHECK(error_of(journal->state("audit")) == storage_errc::closed);
    CHECK(error_of(journal->pause("audit", true)) == storage_errc::closed);
}
