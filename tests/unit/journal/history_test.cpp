// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

void fill(storage& into, int events) {
    for (int i = 0; i < events; ++i) {
        REQUIRE(append(into, sample("msg_" + std::to_string(into.last_sequence() + 1))) == append_outcome::stored);
    }
}

event_query all_of(hookd::journal::event_filter filter = {}) {
    return {.filter = std::move(filter), .scopes = {{.name = "audit"}, {.name = "inbox"}}, .most = 1000};
}

std::vector<std::uint64_t> sequences(const event_page& page) {
    std::vector<std::uint64_t> found;
    std::ranges::transform(page.events, std::back_inserter(found), [](const auto& each) { return each.head.sequence; });
    return found;
}

std::vector<std::uint64_t> look(storage& from, const event_query& what) {
    return sequences(wait_for(from.query(what)));
}

failure row(std::uint64_t sequence, bool dead) {
    return {.sequence = sequence, .attempts = 3, .next_try = some_day + 1h, .dead = dead, .detail = "exit 1"};
}

/// Six events: audit is past all, with 2 dead and 3 waiting; inbox has reached 4.
std::unique_ptr<sqlite_storage> six(const temporary_directory& directory, const tuning& limits = {}) {
    auto opened = open_journal(settings_for(directory.journal()), limits);
    REQUIRE(opened->open_sink("audit"));
    REQUIRE(opened->open_sink("inbox"));
    fill(*opened, 6);
    CHECK(opened->nack("audit", row(2, true)));
    CHECK(opened->nack("audit", row(3, false)));
    CHECK(opened->commit_cursor("audit", 6));
    CHECK(opened->commit_cursor("inbox", 4));
    return opened;
}

repair mending(repair_kind kind, hookd::journal::event_filter filter) {
    return {.kind = kind, .which = all_of(std::move(filter)), .dry_run = false, .now = some_day};
}

hookd::journal::event_filter in_state(delivery_state state, std::optional<std::string> sink = {}) {
    hookd::journal::event_filter filter;
    filter.state = state;
    filter.sink = std::move(sink);
    return filter;
}

} // namespace

TEST_CASE("history: events are listed in either order, from a position on, with their delivery states") {
    const temporary_directory directory;
    const auto opened = six(directory);
    CHECK(look(*opened, all_of()) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
    auto query = all_of();
    query.newest_first = true;
    query.most = 2;
    CHECK(look(*opened, query) == std::vector<std::uint64_t>{6, 5});
    query.from = 5;
    const auto page = wait_for(opened->query(query));
    CHECK(sequences(page) == std::vector<std::uint64_t>{4, 3});
    CHECK(page.position == 3);
    CHECK(page.more);
    const auto& waiting = page.events[1];
    CHECK(waiting.body_size == 100);
    CHECK(waiting.head.body.empty());
    REQUIRE(waiting.sinks.size() == 2);
    CHECK(waiting.sinks[0].state == delivery_state::waiting);
    CHECK(waiting.sinks[0].attempts == 3);
    CHECK(waiting.sinks[0].next_try == some_day + 1h);
    CHECK(waiting.sinks[0].detail == "exit 1");
    CHECK(waiting.sinks[1].state == delivery_state::delivered);
    query.up_to = 1;
    query.from = 0;
    CHECK(look(*opened, query) == std::vector<std::uint64_t>{1});
}

TEST_CASE("history: a state is that in one sink, or in any; delivered means in all") {
    const temporary_directory directory;
    const auto opened = six(directory);
    CHECK(look(*opened, all_of(in_state(delivery_state::dead))) == std::vector<std::uint64_t>{2});
    CHECK(look(*opened, all_of(in_state(delivery_state::dead, "inbox"))).empty());
    CHECK(look(*opened, all_of(in_state(delivery_state::waiting, "audit"))) == std::vector<std::uint64_t>{3});
    CHECK(look(*opened, all_of(in_state(delivery_state::pending))) == std::vector<std::uint64_t>{5, 6});
    CHECK(look(*opened, all_of(in_state(delivery_state::delivered))) == std::vector<std::uint64_t>{1, 4});
    auto picky = all_of(in_state(delivery_state::delivered));
    picky.scopes[1].events = {"nothing.*"};
    CHECK(look(*opened, picky) == std::vector<std::uint64_t>{1, 4, 5, 6});
}

TEST_CASE("history: a query examines a bounded number of rows, and its pages join to the whole") {
    const temporary_directory directory;
    tuning limits;
    limits.history_rows = 4;
    const auto opened = six(directory, limits);
    for (const bool newest_first : {false, true}) {
        auto query = all_of();
        query.filter.id = std::nullopt;
        query.filter.type = "no.such";
        query.newest_first = newest_first;
        auto page = wait_for(opened->query(query));
        CHECK(page.events.empty());
        CHECK(page.more);
        CHECK(page.position == (newest_first ? 3 : 4));
        query.from = page.position;
        query.filter.type = std::nullopt;
        page = wait_for(opened->query(query));
        CHECK(page.events.size() == 2);
        CHECK_FALSE(page.more);
    }
}

TEST_CASE("history: an event is found by its id, or by its sequence where that is no id") {
    const temporary_directory directory;
    const auto opened = six(directory);
    REQUIRE(append(*opened, sample("3")) == append_outcome::stored);
    hookd::journal::event_filter filter;
    for (const auto& [id, sequence] :
         std::vector<std::pair<std::string, std::uint64_t>>{{"msg_5", 5}, {"2", 2}, {"3", 7}}) {
        filter.id = id;
        CHECK(look(*opened, all_of(filter)) == std::vector<std::uint64_t>{sequence});
    }
    filter.id = "99";
    CHECK(look(*opened, all_of(filter)).empty());
}

TEST_CASE("history: a replay makes an event due now with no attempts, whatever its state, unless the sink has not "
          "reached it") {
    const temporary_directory directory;
    {
        const auto opened = six(directory);
        hookd::journal::event_filter everything;
        everything.type = "*";
        auto counted = mending(repair_kind::replay, everything);
        counted.dry_run = true;
        CHECK(wait_for(opened->apply(counted)).deliveries == 10);
        CHECK(wait_for(opened->state("audit")).waiting == 1);
        const auto done = wait_for(opened->apply(mending(repair_kind::replay, everything)));
        CHECK(done.events == 6);
        CHECK(done.deliveries == 10); // all six of audit, four of inbox
        CHECK(done.sinks == std::vector<std::string>{"audit", "inbox"});
        CHECK_FALSE(done.more);
    }
    const auto opened = open_journal(settings_for(directory.journal()));
    REQUIRE(opened->open_sink("audit"));
    const auto state = wait_for(opened->state("audit"));
    CHECK(state.waiting == 6);
    CHECK(state.dead == 0);
    CHECK(state.next_try == some_day);
    for (const auto& each : wait_for(opened->due("audit", some_day, 100, {}))) {
        CHECK(each.what.attempts == 0);
    }
}

TEST_CASE("history: a drop removes dead letters only, and what is dropped holds nothing back") {
    const temporary_directory directory;
    const auto opened = six(directory);
    hookd::journal::event_filter everything;
    everything.type = "*";
    const auto done = wait_for(opened->apply(mending(repair_kind::drop, everything)));
    CHECK(done.deliveries == 1);
    CHECK(done.sinks == std::vector<std::string>{"audit"});
    const auto state = wait_for(opened->state("audit"));
    CHECK(state.dead == 0);
    CHECK(state.waiting == 1);
}

TEST_CASE("history: a time span begins with its first moment and ends before its last") {
    const temporary_directory directory;
    const auto opened = open_journal(settings_for(directory.journal()));
    for (int hour = 0; hour < 4; ++hour) {
        auto what = sample("msg_" + std::to_string(hour));
        what.accepted = some_day + std::chrono::hours{hour};
        REQUIRE(append(*opened, std::move(what)) == append_outcome::stored);
    }
    hookd::journal::event_filter span;
    span.since = some_day + 1h;
    span.until = some_day + 3h;
    CHECK(look(*opened, all_of(span)) == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE("history: a repair goes on in parts, each of bounded size") {
    const temporary_directory directory;
    tuning limits;
    limits.history_mended = 2;
    const auto opened = six(directory, limits);
    auto what = mending(repair_kind::replay, in_state(delivery_state::delivered, "audit"));
    std::uint64_t deliveries = 0;
    for (bool more = true; more;) {
        const auto part = wait_for(opened->apply(what));
        CHECK(part.events <= 2);
        deliveries += part.deliveries;
        what.which.from = part.position;
        more = part.more;
    }
    CHECK(deliveries == 4);
    CHECK(wait_for(opened->state("audit")).waiting == 5);
}

TEST_CASE("history: a repair sees what sinks reported before it, and what they report after it takes precedence") {
    const temporary_directory directory;
    const auto opened = six(directory);
    CHECK(opened->ack("audit", 3));
    CHECK(wait_for(opened->apply(mending(repair_kind::replay, in_state(delivery_state::waiting)))).deliveries == 0);
    CHECK(opened->nack("audit", row(3, true)));
    CHECK(wait_for(opened->apply(mending(repair_kind::replay, in_state(delivery_state::dead)))).deliveries == 2);
    CHECK(opened->ack("audit", 3));
    CHECK(wait_for(opened->state("audit")).waiting == 1);
}

TEST_CASE("history: a repair works for sinks that were not opened, as without a daemon") {
    const temporary_directory directory;
    six(directory)->close();
    {
        const auto opened = open_journal(settings_for(directory.journal()));
        CHECK(wait_for(opened->apply(mending(repair_kind::drop, in_state(delivery_state::dead)))).deliveries == 1);
        CHECK(wait_for(opened->state("audit")).dead == 0);
        CHECK(wait_for(opened->state("audit")).waiting == 1);
    }
    const auto opened = open_journal(settings_for(directory.journal()));
    CHECK(opened->open_sink("audit")->dead == 0);
}

TEST_CASE("history: a pause is in the journal until the sink is resumed") {
    const temporary_directory directory;
    {
        const auto opened = six(directory);
        CHECK_FALSE(opened->open_sink("audit")->paused);
        wait_for(opened->pause("audit", true));
        CHECK(wait_for(opened->state("audit")).paused);
    }
    const auto opened = open_journal(settings_for(directory.journal()));
    CHECK(opened->open_sink("audit")->paused);
    CHECK_FALSE(opened->open_sink("inbox")->paused);
    wait_for(opened->pause("audit", false));
    CHECK_FALSE(opened->open_sink("audit")->paused);
}

TEST_CASE("history: a closed journal says so") {
    const temporary_directory directory;
    const auto opened = six(directory);
    opened->close();
    CHECK(error_of(opened->query(all_of())) == storage_errc::closed);
    CHECK(error_of(opened->apply(mending(repair_kind::drop, {}))) == storage_errc::closed);
    CHECK(error_of(opened->pause("audit", true)) == storage_errc::closed);
}
