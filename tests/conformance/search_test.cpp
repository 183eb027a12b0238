// SPDX-License-Identifier: MIT
#include "backends.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

event_query all_of(event_filter filter = {}) {
    return {.filter = std::move(filter), .scopes = {{.name = "audit"}, {.name = "inbox"}}, .most = 1000};
}

std::vector<std::uint64_t> found_in(const event_page& page) {
    std::vector<std::uint64_t> found;
    std::ranges::transform(page.events, std::back_inserter(found), [](const auto& each) { return each.head.sequence; });
    return found;
}

std::vector<std::uint64_t> look(event_search& from, const event_query& what) {
    return found_in(wait_for(from.query(what)));
}

/// Six events: audit has passed all, with 2 dead and 3 waiting; inbox has come to 4.
void fill_six(storage& into) {
    REQUIRE(into.open_sink({"audit"}));
    REQUIRE(into.open_sink({"inbox"}));
    fill(into, 6);
    CHECK(into.nack("audit", dead(2)));
    CHECK(into.nack("audit", waiting(3, some_day + 1h, 3)));
    CHECK(into.commit_cursor("audit", 6));
    CHECK(into.commit_cursor("inbox", 4));
}

repair repairing(repair_kind kind, event_filter filter) {
    return {.kind = kind, .which = all_of(std::move(filter)), .dry_run = false, .now = some_day, .all_sinks = true};
}

event_filter in_state(delivery_state state, std::optional<std::string> sink = {}) {
    event_filter filter;
    filter.state = state;
    filter.sink = std::move(sink);
    return filter;
}

event_filter everything() {
    event_filter filter;
    filter.type = "*";
    return filter;
}

} // namespace

TEST_CASE("search: events are listed in either order, from a position on, with their delivery states") {
    subject journal(GENERATE(from_range(backends())));
    fill_six(*journal);
    CHECK(look(*journal, all_of()) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
    auto query = all_of();
    query.newest_first = true;
    query.most = 2;
    CHECK(look(*journal, query) == std::vector<std::uint64_t>{6, 5});
    query.from = 5;
    const auto page = wait_for(journal->query(query));
    CHECK(found_in(page) == std::vector<std::uint64_t>{4, 3});
    CHECK(page.position == 3);
    CHECK(page.more);
    CHECK(page.last_sequence == 6);
    const auto& shown = page.events[1];
    CHECK(shown.body_size == 100);
    CHECK(shown.head.body.empty());
    REQUIRE(shown.sinks.size() == 2);
    CHECK(shown.sinks[0].state == delivery_state::retrying);
    CHECK(shown.sinks[0].attempts == 3);
    CHECK(shown.sinks[0].next_try == some_day + 1h);
    CHECK(shown.sinks[0].detail == "exit 1");
    CHECK(shown.sinks[1].state == delivery_state::delivered);
    query.up_to = 1;
    query.from = 0;
    CHECK(look(*journal, query) == std::vector<std::uint64_t>{1});
}

TEST_CASE("search: a state is that in one sink, or in any; delivered means in all") {
    subject journal(GENERATE(from_range(backends())));
    fill_six(*journal);
    CHECK(look(*journal, all_of(in_state(delivery_state::dead))) == std::vector<std::uint64_t>{2});
    CHECK(look(*journal, all_of(in_state(delivery_state::dead, "inbox"))).empty());
    CHECK(look(*journal, all_of(in_state(delivery_state::retrying, "audit"))) == std::vector<std::uint64_t>{3});
    CHECK(look(*journal, all_of(in_state(delivery_state::waiting))) == std::vector<std::uint64_t>{5, 6});
    CHECK(look(*journal, all_of(in_state(delivery_state::delivered))) == std::vector<std::uint64_t>{1, 4});
    auto picky = all_of(in_state(delivery_state::delivered));
    picky.scopes[1].filters.events = {"nothing.*"};
    CHECK(look(*journal, picky) == std::vector<std::uint64_t>{1, 4, 5, 6});
}

TEST_CASE("search: an event is found by its id, or by its sequence where that is no id") {
    subject journal(GENERATE(from_range(backends())));
    fill_six(*journal);
    REQUIRE(append(*journal, sample("3")) == append_outcome::stored);
    event_filter filter;
    for (const auto& [id, sequence] :
         std::vector<std::pair<std::string, std::uint64_t>>{{"msg_5", 5}, {"2", 2}, {"3", 7}}) {
        filter.id = id;
        CHECK(look(*journal, all_of(filter)) == std::vector<std::uint64_t>{sequence});
    }
    filter.id = "99";
    CHECK(look(*journal, all_of(filter)).empty());
}

TEST_CASE("search: an event is found by each of its names, and all that is asked must hold") {
    subject journal(GENERATE(from_range(backends())));
    fill(*journal, 1);
    auto other = sample("other");
    other.endpoint = "another";
    other.type = "delete.success";
    other.collection = "invoices";
    other.document = "march.pdf";
    REQUIRE(append(*journal, other) == append_outcome::stored);
    const std::vector<std::uint64_t> second{2};
    event_filter filter;
    SECTION("by a pattern of its type") {
        filter.type = "delete.*";
    }
    SECTION("by a pattern of its endpoint") {
        filter.endpoint = "an*";
    }
    SECTION("by its collection") {
        filter.collection = "invoices";
    }
    SECTION("by its document") {
        filter.document = "march.pdf";
    }
    CHECK(look(*journal, all_of(filter)) == second);
    filter.id = "msg_1";
    CHECK(look(*journal, all_of(filter)).empty());
}

TEST_CASE("search: a time span begins with its first moment and ends before its last") {
    subject journal(GENERATE(from_range(backends())));
    for (int hour = 0; hour < 4; ++hour) {
        auto what = sample("msg_" + std::to_string(hour));
        what.accepted = some_day + std::chrono::hours{hour};
        const auto outcome = append(*journal, std::move(what));
        REQUIRE(outcome == append_outcome::stored);
    }
    event_filter span;
    span.since = some_day + 1h;
    span.until = some_day + 3h;
    CHECK(look(*journal, all_of(span)) == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE("search: one event is read whole by its sequence number") {
    subject journal(GENERATE(from_range(backends())));
    fill(*journal, 2);
    const auto found = wait_for(journal->get(2));
    REQUIRE(found != nullptr);
    CHECK(found->id == "msg_2");
    CHECK(found->body.size() == 100);
    CHECK(wait_for(journal->get(3)) == nullptr);
}

TEST_CASE("search: a replay makes an event due now with no attempts, whatever its state, unless the sink has not "
          "reached it") {
    subject journal(GENERATE(from_range(backends())));
    fill_six(*journal);
    auto counted = repairing(repair_kind::replay, everything());
    counted.dry_run = true;
    CHECK(wait_for(journal->apply(counted)).deliveries == 10);
    CHECK(wait_for(journal->state("audit")).waiting == 1);
    const auto done = wait_for(journal->apply(repairing(repair_kind::replay, everything())));
    CHECK(done.events == 6);
    CHECK(done.deliveries == 10); // all six of audit, four of inbox
    CHECK(done.sinks == std::vector<std::string>{"audit", "inbox"});
    CHECK_FALSE(done.more);
    CHECK(done.last_sequence == 6);
    journal.restart();
    REQUIRE(journal->open_sink({"audit"}));
    const auto state = wait_for(journal->state("audit"));
    CHECK(state.waiting == 6);
    CHECK(state.dead == 0);
    CHECK(state.next_try == some_day);
    for (const auto& each : wait_for(journal->due("audit", some_day, 100, {}))) {
        CHECK(each.what.attempts == 0);
    }
}

TEST_CASE("search: a drop removes dead letters only") {
    subject journal(GENERATE(from_range(backends())));
    fill_six(*journal);
    const auto done = wait_for(journal->apply(repairing(repair_kind::drop, everything())));
    CHECK(done.deliveries == 1);
    CHECK(done.sinks == std::vector<std::string>{"audit"});
    const auto state = wait_for(journal->state("audit"));
    CHECK(state.dead == 0);
    CHECK(state.waiting == 1);
}

TEST_CASE("search: a repair sees what sinks reported before it, and what they report after it takes precedence") {
    subject journal(GENERATE(from_range(backends())));
    fill_six(*journal);
    CHECK(journal->ack("audit", 3, {}));
    CHECK(wait_for(journal->apply(repairing(repair_kind::replay, in_state(delivery_state::retrying)))).deliveries == 0);
    CHECK(journal->nack("audit", dead(3)));
    CHECK(wait_for(journal->apply(repairing(repair_kind::replay, in_state(delivery_state::dead)))).deliveries == 2);
    CHECK(journal->ack("audit", 3, {}));
    CHECK(wait_for(journal->state("audit")).waiting == 1);
}

TEST_CASE("search: the parts of a repair join to the whole") {
    subject journal(GENERATE(from_range(backends())));
    fill_six(*journal);
    auto what = repairing(repair_kind::replay, in_state(delivery_state::delivered, "audit"));
    what.which.most = 2;
    std::uint64_t deliveries = 0;
    for (bool more = true; more;) {
        const auto part = wait_for(journal->apply(what));
        CHECK(part.events <= 2);
        deliveries += part.deliveries;
        what.which.from = part.position;
        more = part.more;
    }
    CHECK(deliveries == 4);
    CHECK(wait_for(journal->state("audit")).waiting == 5);
}

TEST_CASE("search: a closed journal says so") {
    subject journal(GENERATE(from_range(backends())));
    fill_six(*journal);
    journal->close();
    CHECK(error_of(journal->query(all_of())) == storage_errc::closed);
    CHECK(error_of(journal->get(1)) == storage_errc::closed);
    CHECK(error_of(journal->apply(repairing(repair_kind::drop, {}))) == storage_errc::closed);
}
