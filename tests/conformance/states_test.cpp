// SPDX-License-Identifier: MIT
#include "backends.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

const sink_scope audit{.name = "audit"};
const sink_scope failures_only{.name = "audit", .filters = {.events = {"upsert.fail"}}};

/// What the journal says of an event in its sinks.
std::vector<sink_delivery> deliveries(storage& from, std::uint64_t sequence, const sink_scope& scope = audit) {
    event_query query{.filter = {}, .scopes = {scope}, .attempts = true, .from = sequence - 1, .up_to = sequence};
    auto page = wait_for(from.query(query));
    REQUIRE(page.events.size() == 1);
    return page.events.front().sinks;
}

sink_delivery delivery(storage& from, std::uint64_t sequence, const sink_scope& scope = audit) {
    const auto all = deliveries(from, sequence, scope);
    const auto found = std::ranges::find(all, scope.name, &sink_delivery::sink);
    REQUIRE(found != all.end());
    return *found;
}

void let_fail(storage& in, std::uint64_t sequence, unsigned attempts, bool dead = false,
              std::optional<int> code = std::nullopt) {
    CHECK(in.nack("audit", {.sequence = sequence,
                            .attempts = attempts,
                            .next_try = some_day + 1h,
                            .dead = dead,
                            .detail = "failed " + std::to_string(attempts),
                            .made = attempt{.start = some_day + std::chrono::seconds{attempts},
                                            .took = 20ms,
                                            .outcome = dead ? attempt_outcome::rejected : attempt_outcome::failed,
                                            .code = code,
                                            .detail = "failed " + std::to_string(attempts)}}));
}

attempt success(std::chrono::milliseconds after) {
    return {.start = some_day + after, .took = 5ms, .outcome = attempt_outcome::delivered};
}

repair of_event(repair_kind kind, std::uint64_t sequence) {
    return {.kind = kind,
            .which = {.filter = {}, .scopes = {audit}, .from = sequence - 1, .up_to = sequence},
            .dry_run = false,
            .now = some_day + 2h};
}

} // namespace

TEST_CASE("states: an event before the sink, one that its filters kept back and one that it got are told apart") {
    subject journal(GENERATE(from_range(backends())));
    fill(*journal, 1);
    REQUIRE(journal->open_sink(failures_only));
    fill(*journal, 1);
    auto failed = sample("failed");
    failed.type = "upsert.fail";
    REQUIRE(append(*journal, failed) == append_outcome::stored);
    CHECK(delivery(*journal, 3, failures_only).state == delivery_state::waiting);
    CHECK(journal->commit_cursor("audit", 3));
    REQUIRE(journal->open_sink(audit)); // asks for more now
    fill(*journal, 1);
    const auto check = [&] {
        CHECK(delivery(*journal, 1).state == delivery_state::before_sink);
        CHECK(delivery(*journal, 2).state == delivery_state::filtered);
        CHECK(delivery(*journal, 2).wanted);
        CHECK(delivery(*journal, 3).state == delivery_state::delivered);
        CHECK(delivery(*journal, 4).state == delivery_state::waiting);
        CHECK_FALSE(delivery(*journal, 4, failures_only).wanted);
    };
    check();
    journal.restart();
    check();
}

TEST_CASE("states: a definition that no event has gone by is replaced, and the same one again is none") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink(failures_only));
    REQUIRE(journal->open_sink(audit));
    REQUIRE(journal->open_sink(audit));
    fill(*journal, 2);
    CHECK(journal->commit_cursor("audit", 1));
    REQUIRE(journal->open_sink(failures_only));
    CHECK(delivery(*journal, 1).state == delivery_state::delivered);
    CHECK(delivery(*journal, 2, failures_only).state == delivery_state::filtered);
}

TEST_CASE("states: filters of collection, document and body say what was filtered, also after they have changed") {
    subject journal(GENERATE(from_range(backends())));
    const sink_scope old{.name = "audit",
                         .filters = {.collections = {"reports"},
                                     .documents = {"*.pdf", "line\nbreak"},
                                     .match = {{"/pages", "9007199254740993"}, {"/done", "true"}}}};
    REQUIRE(journal->open_sink(old));
    const auto store = [&](const std::string& collection, const std::string& document, const std::string& body) {
        auto made = sample(document + body);
        made.collection = collection;
        made.document = document;
        made.json = true;
        made.body = body;
        REQUIRE(append(*journal, made) == append_outcome::stored);
    };
    const std::string good = R"({"pages": 9007199254740993, "done": true})";
    store("reports", "a.pdf", good);
    store("other", "b.pdf", good);
    store("reports", "c.txt", good);
    store("reports", "d.pdf", R"({"pages": 9007199254740992, "done": true})");
    store("reports", "line\nbreak", good);
    const auto check = [&](const sink_scope& current, delivery_state matched) {
        const std::vector expected{matched, delivery_state::filtered, delivery_state::filtered,
                                   delivery_state::filtered, matched};
        for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
            INFO(sequence);
            CHECK(delivery(*journal, sequence, current).state == expected[sequence - 1]);
        }
    };
    check(old, delivery_state::waiting);
    CHECK(journal->commit_cursor("audit", 5));
    check(old, delivery_state::delivered);
    REQUIRE(journal->open_sink(audit));
    check(audit, delivery_state::delivered);
    CHECK(delivery(*journal, 4).wanted);
    journal.restart();
    check(audit, delivery_state::delivered);
    REQUIRE(journal->open_sink(audit));
    CHECK(wait_for(journal->state("audit")).cursor == 5);
    const auto page = wait_for(journal->query({.filter = {}, .scopes = {old}}));
    for (const auto& each : page.events) {
        CHECK(each.head.body.empty());
    }
}

TEST_CASE("states: what is being delivered is in flight, whether it is new or a retry") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink(audit));
    fill(*journal, 3);
    let_fail(*journal, 1, 1);
    let_fail(*journal, 2, 1, true);
    CHECK(journal->commit_cursor("audit", 2));
    const sink_scope busy{.name = "audit", .in_flight = {1, 2, 3}};
    CHECK(delivery(*journal, 1, busy).state == delivery_state::in_flight);
    CHECK(delivery(*journal, 2, busy).state == delivery_state::dead);
    CHECK(delivery(*journal, 3, busy).state == delivery_state::in_flight);
}

TEST_CASE("states: a delivery that succeeds after failures says when, at which attempt, and keeps all of them") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink(audit));
    fill(*journal, 1);
    let_fail(*journal, 1, 1, false, 75);
    CHECK(journal->commit_cursor("audit", 1));
    const auto failed = delivery(*journal, 1);
    CHECK(failed.state == delivery_state::retrying);
    CHECK(failed.next_try == some_day + 1h);
    REQUIRE(failed.log.size() == 1);
    CHECK(failed.log[0].code == 75);
    let_fail(*journal, 1, 2);
    CHECK(journal->ack("audit", 1, success(1min)));
    const auto check = [&] {
        const auto shown = delivery(*journal, 1);
        CHECK(shown.state == delivery_state::delivered);
        CHECK(shown.attempts == 3);
        CHECK(shown.at == some_day + 1min + 5ms);
        CHECK(shown.detail.empty());
        REQUIRE(shown.log.size() == 3);
        CHECK(shown.log[0].start == some_day + 1s);
        CHECK(shown.log[0].took == 20ms);
        CHECK(shown.log[0].detail == "failed 1");
        CHECK(shown.log[1].number == 2);
        CHECK_FALSE(shown.log[1].code);
        CHECK(shown.log[2].outcome == attempt_outcome::delivered);
        CHECK(wait_for(journal->state("audit")).waiting == 0);
    };
    check();
    journal.restart();
    check();
}

TEST_CASE("states: an attempt that was stored together with an event is there once") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink(audit));
    fill(*journal, 1);
    let_fail(*journal, 1, 1);
    fill(*journal, 1);
    for (int looks = 0; looks < 3; ++looks) {
        CHECK(wait_for(journal->state("audit")).waiting == 1);
    }
    CHECK(delivery(*journal, 1).log.size() == 1);
}

TEST_CASE("states: a success at the first attempt has no row, reported or not") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink(audit));
    fill(*journal, 1);
    CHECK(journal->ack("audit", 1, success(0ms)));
    CHECK(journal->commit_cursor("audit", 1));
    const auto shown = delivery(*journal, 1);
    CHECK(shown.state == delivery_state::delivered);
    CHECK(shown.attempts == 0);
    CHECK(shown.log.empty());
}

TEST_CASE("states: a dropped event says when; a replay makes it wait, and its attempts are counted on") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink(audit));
    fill(*journal, 1);
    let_fail(*journal, 1, 1, true, 65);
    CHECK(journal->commit_cursor("audit", 1));
    CHECK(delivery(*journal, 1).state == delivery_state::dead);
    CHECK(wait_for(journal->apply(of_event(repair_kind::drop, 1))).deliveries == 1);
    journal.restart();
    const auto dropped = delivery(*journal, 1);
    CHECK(dropped.state == delivery_state::dropped);
    CHECK(dropped.at == some_day + 2h);
    CHECK(dropped.detail == "failed 1");
    REQUIRE(dropped.log.size() == 1);
    CHECK(dropped.log[0].outcome == attempt_outcome::rejected);

    REQUIRE(journal->open_sink(audit));
    CHECK(wait_for(journal->apply(of_event(repair_kind::replay, 1))).deliveries ==
          0); // it has neither failed nor waits
    auto again = of_event(repair_kind::replay, 1);
    again.all_sinks = true;
    CHECK(wait_for(journal->apply(again)).deliveries == 1);
    CHECK(delivery(*journal, 1).state == delivery_state::retrying);
    CHECK(journal->ack("audit", 1, success(3h)));
    CHECK(delivery(*journal, 1).state == delivery_state::delivered);
    CHECK(delivery(*journal, 1).attempts == 2);
}

TEST_CASE("states: a replay goes only where an event failed, unless a sink or all are named") {
    subject journal(GENERATE(from_range(backends())));
    fill(*journal, 1);
    REQUIRE(journal->open_sink(audit));
    fill(*journal, 2);
    let_fail(*journal, 2, 1, true);
    CHECK(journal->commit_cursor("audit", 3));
    auto all = of_event(repair_kind::replay, 1);
    all.which.up_to = 3;
    all.dry_run = true;
    CHECK(wait_for(journal->apply(all)).deliveries == 1);
    all.all_sinks = true;
    CHECK(wait_for(journal->apply(all)).deliveries == 3);
    all.all_sinks = false;
    all.which.filter.sink = "audit";
    CHECK(wait_for(journal->apply(all)).deliveries == 3);
}

TEST_CASE("states: the latest attempts are kept, their texts limited") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink(audit));
    fill(*journal, 1);
    for (unsigned number = 1; number <= most_attempts + 6; ++number) {
        CHECK(journal->nack("audit", {.sequence = 1,
                                      .attempts = number,
                                      .next_try = some_day,
                                      .dead = false,
                                      .detail = "",
                                      .made = attempt{.detail = std::string(600, 'x')}}));
        if (number % 30 == 0) {
            CHECK(wait_for(journal->state("audit")).waiting == 1);
        }
    }
    const auto log = delivery(*journal, 1).log;
    REQUIRE(log.size() == most_attempts);
    CHECK(log.front().number == 7);
    CHECK(log.back().detail.size() == 512);
}

TEST_CASE("states: the time of a delivery is known to some seconds, and across a restart") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink(audit));
    fill(*journal, 5);
    const auto passes = [&](std::uint64_t cursor, std::chrono::milliseconds after) {
        set_clock(some_day + after);
        CHECK(journal->commit_cursor("audit", cursor));
        CHECK(wait_for(journal->state("audit")).cursor == cursor);
    };
    passes(1, 0s);
    passes(2, 3s);
    passes(3, 5s);
    passes(4, 1h);
    const auto check = [&] {
        CHECK(delivery(*journal, 1).at == some_day);
        CHECK(delivery(*journal, 2).at == some_day + 5s); // within the spacing of positions
        CHECK(delivery(*journal, 3).at == some_day + 5s);
        CHECK(delivery(*journal, 4).at == some_day + 1h);
        CHECK_FALSE(delivery(*journal, 5).at);
    };
    check();
    journal.restart();
    check();
    set_clock(some_day);
}

TEST_CASE("states: what only deleted events needed goes with them, and the past of others stays") {
    journal_settings bounds;
    bounds.retention = 24h * 7;
    subject journal(GENERATE(from_range(backends())), bounds);
    REQUIRE(journal->open_sink(failures_only));
    fill(*journal, 2);
    CHECK(journal->commit_cursor("audit", 1));
    REQUIRE(journal->open_sink(audit));
    CHECK(journal->commit_cursor("audit", 2));
    let_pass(24h * 8);
    let_it_sweep(*journal);
    fill(*journal, 1);
    CHECK(journal->commit_cursor("audit", 3));
    const auto at = delivery(*journal, 3).at;
    let_it_sweep(*journal);
    journal.restart();
    CHECK(delivery(*journal, 3).state == delivery_state::delivered);
    CHECK(delivery(*journal, 3).at == at);
    set_clock(some_day);
}
