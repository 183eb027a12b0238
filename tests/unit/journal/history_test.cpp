// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

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

namespace {

/// Event `i` of 3,000, of which two whole blocks are indexed.
event numbered(int i) {
    auto what = sample("msg_" + std::to_string(i));
    what.accepted = some_day + std::chrono::seconds(i);
    what.collection = "c" + std::to_string(i / 700);
    what.document = "d" + std::to_string(i % 900);
    return what;
}

void append_numbered(sqlite_storage& into, int first, int last) {
    boost::asio::io_context context;
    for (int i = first; i <= last; ++i) {
        boost::asio::co_spawn(context, into.append(std::make_shared<event>(numbered(i))), boost::asio::detached);
    }
    context.run_for(patience);
    REQUIRE(into.last_sequence() == static_cast<std::uint64_t>(last));
}

std::unique_ptr<sqlite_storage> three_thousand(const temporary_directory& directory, const tuning& limits) {
    auto opened = open_journal(settings_for(directory.journal()), limits);
    append_numbered(*opened, 1, 3000);
    return opened;
}

std::vector<std::uint64_t> look_at_all_pages(storage& from, event_query what, int* pages = nullptr) {
    std::vector<std::uint64_t> found;
    for (bool more = true; more;) {
        const auto page = wait_for(from.query(what));
        for (const auto& each : page.events) {
            found.push_back(each.head.sequence);
        }
        REQUIRE((!page.more || page.position != what.from));
        what.from = page.position;
        more = page.more;
        if (pages != nullptr) {
            ++*pages;
        }
    }
    return found;
}

hookd::journal::event_filter named(std::optional<std::string> collection, std::optional<std::string> document) {
    hookd::journal::event_filter filter;
    filter.collection = std::move(collection);
    filter.document = std::move(document);
    return filter;
}

} // namespace

TEST_CASE("history: a search that leaves out blocks of events finds what a look at each event finds") {
    const temporary_directory directory;
    tuning limits;
    limits.history_rows = GENERATE(7U, 1000U);
    limits.history_parts = GENERATE(1U, 500U);
    const auto opened = three_thousand(directory, limits);
    REQUIRE(eventually([&] { return opened->metrics().indexed_blocks == 2; }));
    std::vector<hookd::journal::event_filter> filters{
        named({}, "d5"), named("c1", {}), named("c3", "d5"), named({}, "d2999"), named("c4", "d150"), {}, {}, {}};
    filters[5].since = some_day + 1500s;
    filters[6].until = some_day + 1100s;
    filters[7].since = some_day + 900s;
    filters[7].until = some_day + 1030s;
    filters[7].collection = "c1";
    for (const int at_a_bound : {1023, 1024, 1025}) { // where a block ends
        hookd::journal::event_filter since;
        since.since = some_day + std::chrono::seconds(at_a_bound);
        hookd::journal::event_filter until;
        until.until = since.since;
        filters.insert(filters.end(), {since, until});
    }
    for (const auto& filter : filters) {
        for (const std::uint64_t up_to : {std::uint64_t{UINT64_MAX}, std::uint64_t{2048}, std::uint64_t{1030}}) {
            std::vector<std::uint64_t> expected;
            for (int i = 1; i <= 3000; ++i) {
                const auto each = numbered(i);
                if (static_cast<std::uint64_t>(i) <= up_to &&
                    (!filter.collection || each.collection == *filter.collection) &&
                    (!filter.document || each.document == *filter.document) &&
                    (!filter.since || each.accepted >= *filter.since) &&
                    (!filter.until || each.accepted < *filter.until)) {
                    expected.push_back(static_cast<std::uint64_t>(i));
                }
            }
            auto query = all_of(filter);
            query.up_to = up_to;
            CHECK(look_at_all_pages(*opened, query) == expected);
            query.newest_first = true;
            std::ranges::reverse(expected);
            CHECK(look_at_all_pages(*opened, query) == expected);
        }
    }
}

TEST_CASE("history: a block whose events came before and after a restart is indexed whole") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    append_numbered(*opened, 1, 1500);
    opened.reset();
    opened = open_journal(settings_for(directory.journal()));
    append_numbered(*opened, 1501, 3000);
    REQUIRE(eventually([&] { return opened->metrics().indexed_blocks == 1; }));
    CHECK(look_at_all_pages(*opened, all_of(named({}, "d300"))) == std::vector<std::uint64_t>{300, 1200, 2100, 3000});
}

TEST_CASE("history: a document that is not there, or only in one block, is found in one page") {
    const temporary_directory directory;
    const auto opened = three_thousand(directory, {});
    REQUIRE(eventually([&] { return opened->metrics().indexed_blocks == 2; }));
    for (const auto* document : {"nowhere", "d899"}) {
        int pages = 0;
        look_at_all_pages(*opened, all_of(named("c4", document)), &pages);
        CHECK(pages == 1);
    }
}

TEST_CASE("history: new events are found behind the position of a search that found nothing") {
    const temporary_directory directory;
    const auto opened = three_thousand(directory, {});
    REQUIRE(eventually([&] { return opened->metrics().indexed_blocks == 2; }));
    auto query = all_of(named({}, "new.pdf"));
    query.from = wait_for(opened->query(query)).position;
    auto fresh = sample("msg_new");
    fresh.document = "new.pdf";
    REQUIRE(append(*opened, fresh) == append_outcome::stored);
    CHECK(look_at_all_pages(*opened, query) == std::vector<std::uint64_t>{3001});
}
