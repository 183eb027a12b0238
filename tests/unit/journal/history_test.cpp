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
        REQUIRE(append(into, sample("msg_" + std::to_string(into.last_sequence() + 1))) == append_outcome::stored);
    }
}

event_query all_of(hookd::journal::event_filter filter = {}) {
    return {.filter = std::move(filter), .scopes = {{.name = "audit"}, {.name = "inbox"}}, .most = 1000};
}

failure row(std::uint64_t sequence, bool dead) {
    return {.sequence = sequence, .attempts = 3, .next_try = some_day + 1h, .dead = dead, .detail = "exit 1"};
}

/// Six events: audit is past all, with 2 dead and 3 waiting; inbox has reached 4.
std::unique_ptr<sqlite_storage> six(const temporary_directory& directory, const tuning& limits = {}) {
    auto opened = open_journal(settings_for(directory.journal()), limits);
    REQUIRE(opened->open_sink({"audit"}));
    REQUIRE(opened->open_sink({"inbox"}));
    fill(*opened, 6);
    CHECK(opened->nack("audit", row(2, true)));
    CHECK(opened->nack("audit", row(3, false)));
    CHECK(opened->commit_cursor("audit", 6));
    CHECK(opened->commit_cursor("inbox", 4));
    return opened;
}

repair mending(repair_kind kind, hookd::journal::event_filter filter) {
    return {.kind = kind, .which = all_of(std::move(filter)), .dry_run = false, .now = some_day, .all_sinks = true};
}

hookd::journal::event_filter in_state(delivery_state state, std::optional<std::string> sink = {}) {
    hookd::journal::event_filter filter;
    filter.state = state;
    filter.sink = std::move(sink);
    return filter;
}

} // namespace

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

TEST_CASE("history: a repair goes on in parts, each of bounded size") {
    const temporary_directory directory;
    tuning limits;
    limits.history_mended = 2;
    const auto opened = six(directory, limits);
    const auto part =
        wait_for(opened->apply(mending(repair_kind::replay, in_state(delivery_state::delivered, "audit"))));
    CHECK(part.events == 2);
    CHECK(part.more);
    CHECK(wait_for(opened->state("audit")).waiting == 3);
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
    CHECK(opened->open_sink({"audit"})->dead == 0);
}
