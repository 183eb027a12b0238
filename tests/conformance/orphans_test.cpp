// SPDX-License-Identifier: MIT
#include "backends.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

std::vector<orphaned_sink> orphans(storage& of, std::vector<std::string> configured = {}) {
    return wait_for(of.orphans(std::move(configured)));
}

/// Of one event in the sinks of that configuration, or in orphans.
std::optional<sink_delivery> delivery(storage& from, std::uint64_t sequence, const std::string& sink,
                                      std::vector<sink_scope> configured) {
    const auto page = wait_for(
        from.query({.filter = {}, .scopes = std::move(configured), .attempts = true, .from = sequence - 1, .most = 1}));
    REQUIRE(page.events.size() == 1);
    const auto& all = page.events.front().sinks;
    const auto found = std::ranges::find(all, sink, &sink_delivery::sink);
    return found != all.end() ? std::optional(*found) : std::nullopt;
}

/// Six events: `old` has 1 delivered, 2 dead, 3 to be retried, and has not reached 5 and 6. Then it is closed.
void leave_orphan(storage& in) {
    REQUIRE(in.open_sink({"old"}));
    fill(in, 6);
    CHECK(in.nack("old", {.sequence = 2,
                          .attempts = 16,
                          .next_try = {},
                          .dead = true,
                          .detail = "exit 65",
                          .made = attempt{.code = 65}}));
    CHECK(in.nack("old", waiting(3, some_day + 1h)));
    CHECK(in.commit_cursor("old", 4));
    CHECK(wait_for(in.state("old")).cursor == 4);
    in.close_sink("old");
}

} // namespace

TEST_CASE("orphans: a sink that is not configured is listed with what it has") {
    subject journal(GENERATE(from_range(backends())));
    leave_orphan(*journal);
    const std::vector<orphaned_sink> expected{{.name = "old", .dead = 1, .waiting = 3}};
    CHECK(orphans(*journal) == expected);
    CHECK(orphans(*journal, {"old"}).empty());
    journal.restart();
    CHECK(orphans(*journal) == expected);
}

TEST_CASE("orphans: an event that failed before the sink's cursor came to it is counted once") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink({"old"}));
    fill(*journal, 3);
    CHECK(journal->nack("old", waiting(2, some_day)));
    CHECK(wait_for(journal->state("old")).waiting == 1);
    journal->close_sink("old");
    CHECK(orphans(*journal) == std::vector<orphaned_sink>{{.name = "old", .waiting = 3}});
}

TEST_CASE("orphans: an event shows the orphans that were to get it") {
    subject journal(GENERATE(from_range(backends())));
    fill(*journal, 1);
    REQUIRE(journal->open_sink({"audit"}));
    REQUIRE(journal->open_sink({.name = "old", .filters = {.events = {"upsert.success"}}}));
    fill(*journal, 3);
    auto other = sample("other");
    other.type = "upsert.fail";
    REQUIRE(append(*journal, other) == append_outcome::stored);
    CHECK(journal->nack("old", dead(2)));
    CHECK(journal->commit_cursor("old", 3));
    CHECK(wait_for(journal->state("old")).cursor == 3);
    journal->close_sink("old");
    const std::vector<sink_scope> configured{{"audit"}};
    CHECK_FALSE(delivery(*journal, 1, "old", configured));
    CHECK(delivery(*journal, 2, "old", configured)->state == delivery_state::orphaned);
    CHECK(delivery(*journal, 2, "old", configured)->detail == "exit 65");
    CHECK(delivery(*journal, 3, "old", configured)->state == delivery_state::delivered);
    CHECK(delivery(*journal, 4, "old", configured)->state == delivery_state::orphaned);
    CHECK_FALSE(delivery(*journal, 5, "old", configured));
}

TEST_CASE("orphans: a forgotten sink is gone with all that it had; one in use or unknown is not touched") {
    subject journal(GENERATE(from_range(backends())));
    leave_orphan(*journal);
    REQUIRE(journal->open_sink({"audit"}));
    CHECK(wait_for(journal->forget("audit")).what == sink_edit_outcome::open);
    CHECK(wait_for(journal->forget("nobody")).what == sink_edit_outcome::unknown);
    const auto done = wait_for(journal->forget("old"));
    CHECK(done.what == sink_edit_outcome::done);
    CHECK(done.dead == 1);
    CHECK(done.waiting == 3);
    CHECK(orphans(*journal, {"audit"}).empty());
    CHECK_FALSE(journal->metrics().sinks.find("old"));
    journal.restart();
    CHECK(orphans(*journal, {"audit"}).empty());
    CHECK(journal->open_sink({"old"})->dead == 0);
    CHECK(delivery(*journal, 2, "old", {{"old"}})->state == delivery_state::before_sink);
    CHECK(delivery(*journal, 2, "old", {{"old"}})->log.empty());
}

TEST_CASE("orphans: a sink that is renamed continues where it was") {
    subject journal(GENERATE(from_range(backends())));
    leave_orphan(*journal);
    CHECK(wait_for(journal->rename("nobody", "new", some_day)).what == sink_edit_outcome::unknown);
    const auto done = wait_for(journal->rename("old", "new", some_day));
    CHECK(done.what == sink_edit_outcome::done);
    CHECK(done.dead == 1);
    CHECK(done.waiting == 3);
    journal.restart();
    const auto state = journal->open_sink({"new"});
    REQUIRE(state);
    CHECK(state->cursor == 4);
    CHECK(state->dead == 1);
    CHECK(state->waiting == 1);
    CHECK(wait_for(journal->rename("new", "old", some_day)).what == sink_edit_outcome::open);
    CHECK(orphans(*journal, {"new"}).empty());
}

TEST_CASE("orphans: a sink that is there already takes over what an orphan had before it began") {
    subject journal(GENERATE(from_range(backends())));
    leave_orphan(*journal);
    REQUIRE(journal->open_sink({"new"}));
    fill(*journal, 1);
    CHECK(journal->nack("new", dead(7)));
    CHECK(journal->commit_cursor("new", 7));
    const auto done = wait_for(journal->rename("old", "new", some_day + 1min));
    CHECK(done.what == sink_edit_outcome::done);
    CHECK(done.dead == 1);
    CHECK(done.waiting == 3);
    CHECK_FALSE(done.more);
    const auto check = [&] {
        const std::vector<sink_scope> configured{{"new"}};
        CHECK(orphans(*journal, {"new"}).empty());
        CHECK(delivery(*journal, 1, "new", configured)->state == delivery_state::delivered);
        CHECK(delivery(*journal, 2, "new", configured)->state == delivery_state::dead);
        CHECK(delivery(*journal, 2, "new", configured)->log.front().code == 65);
        CHECK(delivery(*journal, 3, "new", configured)->next_try == some_day + 1h);
        CHECK(delivery(*journal, 4, "new", configured)->state == delivery_state::delivered);
        CHECK(delivery(*journal, 5, "new", configured)->state == delivery_state::retrying);
        CHECK(delivery(*journal, 6, "new", configured)->next_try == some_day + 1min);
        CHECK(delivery(*journal, 7, "new", configured)->state == delivery_state::dead);
        CHECK(wait_for(journal->state("new")).waiting == 3);
        CHECK(wait_for(journal->state("new")).dead == 2);
    };
    check();
    journal.restart();
    REQUIRE(journal->open_sink({"new"}));
    check();
}

TEST_CASE("orphans: filters that look at the body count, show and give away only what they match") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink({.name = "old", .filters = {.documents = {"*.pdf"}, .match = {{"/n", "1"}}}}));
    for (const auto* const body : {R"({"n": 1})", R"({"n": 2})", R"({"n": 1.0})", "n"}) {
        auto made = sample(body);
        made.document = "a.pdf";
        made.json = made.body != "n";
        made.body = body;
        REQUIRE(append(*journal, made) == append_outcome::stored);
    }
    journal->close_sink("old");
    CHECK(orphans(*journal) == std::vector<orphaned_sink>{{.name = "old", .waiting = 2}});
    CHECK(delivery(*journal, 1, "old", {})->state == delivery_state::orphaned);
    CHECK_FALSE(delivery(*journal, 2, "old", {}));
    REQUIRE(journal->open_sink({"new"}));
    CHECK(wait_for(journal->rename("old", "new", some_day)).waiting == 2);
    CHECK(delivery(*journal, 3, "new", {{"new"}})->state == delivery_state::retrying);
    CHECK(delivery(*journal, 4, "new", {{"new"}})->state == delivery_state::filtered);
}

TEST_CASE("orphans: what retention takes from an orphan was shown before") {
    journal_settings bounds;
    bounds.retention = 24h * 7;
    subject journal(GENERATE(from_range(backends())), bounds);
    leave_orphan(*journal);
    let_it_sweep(*journal);
    const auto shown = journal->metrics().sinks.find("old");
    REQUIRE(shown);
    CHECK(shown->orphan);
    CHECK(shown->dead == 1);
    CHECK(shown->waiting == 3);
    let_pass(24h * 8);
    let_it_sweep(*journal);
    let_it_sweep(*journal);
    CHECK(sequences(*journal).empty());
    CHECK(orphans(*journal) == std::vector<orphaned_sink>{{.name = "old"}});
    set_clock(some_day);
}

TEST_CASE("orphans: a closed journal says so") {
    subject journal(GENERATE(from_range(backends())));
    journal->close();
    CHECK(error_of(journal->orphans({})) == storage_errc::closed);
    CHECK(error_of(journal->forget("old")) == storage_errc::closed);
    CHECK(error_of(journal->rename("old", "new", some_day)) == storage_errc::closed);
}
