// SPDX-License-Identifier: MIT
#include "backends.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

const std::vector<sink_scope> configured{{"audit"}};

event_query of_document(const std::string& name) {
    event_query which{.filter = {}, .scopes = configured, .most = SIZE_MAX};
    which.filter.document = name;
    return which;
}

event_query of_id(const std::string& id) {
    event_query which{.filter = {}, .scopes = configured, .most = SIZE_MAX};
    which.filter.id = id;
    return which;
}

erased erase(storage& in, event_query which, bool dry_run = false) {
    return wait_for(in.erase({.which = std::move(which), .dry_run = dry_run}));
}

/// So many events about the document, from the next sequence number on.
void store(storage& in, const std::string& document, int events) {
    for (int i = 0; i < events; ++i) {
        auto made = sample(document + std::to_string(i));
        made.document = document;
        REQUIRE(append(in, made) == append_outcome::stored);
    }
}

} // namespace

TEST_CASE("erase: a document's events go with their deliveries and attempts, and the others stay") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink({"audit"}));
    store(*journal, "secret", 2);
    store(*journal, "other", 2);
    CHECK(journal->nack("audit", dead(1)));
    CHECK(journal->nack("audit", dead(3)));
    CHECK(journal->commit_cursor("audit", 4));
    const auto preview = erase(*journal, of_document("secret"), true);
    CHECK(preview.events == 2);
    CHECK(preview.dead == 1);
    CHECK(sequences(*journal) == std::vector<std::uint64_t>{1, 2, 3, 4});
    const auto done = erase(*journal, of_document("secret"));
    CHECK(done.events == 2);
    CHECK(done.dead == 1);
    CHECK(done.kept == 0);
    CHECK_FALSE(done.more);
    const auto check = [&] {
        CHECK(sequences(*journal) == std::vector<std::uint64_t>{3, 4});
        CHECK(wait_for(journal->get(1)) == nullptr);
        CHECK(wait_for(journal->state("audit")).dead == 1);
    };
    check();
    journal.restart();
    REQUIRE(journal->open_sink({"audit"}));
    check();
    CHECK(erase(*journal, of_document("secret")).events == 0);
}

TEST_CASE("erase: an id is no longer known, and the sequence numbers never go back") {
    subject journal(GENERATE(from_range(backends())));
    fill(*journal, 2);
    CHECK(erase(*journal, of_id("msg_2")).events == 1);
    CHECK(erase(*journal, of_id("1")).events == 1);
    journal.restart();
    CHECK(append(*journal, sample("msg_2")) == append_outcome::stored);
    CHECK(sequences(*journal) == std::vector<std::uint64_t>{3});
}

TEST_CASE("erase: an event that a configured sink has not finished with is kept, and the reason is told") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink({"audit"}));
    store(*journal, "secret", 4);
    CHECK(journal->nack("audit", waiting(2, some_day + 1h)));
    CHECK(journal->commit_cursor("audit", 3));
    auto busy = of_document("secret");
    busy.scopes[0].in_flight = {4};
    const auto done = erase(*journal, busy);
    CHECK(done.events == 2);
    CHECK(done.kept == 2);
    CHECK(done.first == unfinished_delivery{.sequence = 2, .sink = "audit", .state = delivery_state::retrying});
    CHECK(sequences(*journal) == std::vector<std::uint64_t>{2, 4});
    CHECK(erase(*journal, of_id("4")).first->state == delivery_state::waiting);
    // Above the cursor, also if the sink does not want it: its worker would look for it.
    auto filtered = of_id("4");
    filtered.scopes[0].filters.documents = {"nothing"};
    CHECK(erase(*journal, filtered).first->state == delivery_state::filtered);
    CHECK(journal->ack("audit", 2, {}));
    CHECK(journal->commit_cursor("audit", 4));
    CHECK(erase(*journal, of_document("secret")).events == 2);
    CHECK(wait_for(journal->due("audit", some_day + 24h, 10, {})).empty());
}

TEST_CASE("erase: a sink that is not configured keeps nothing") {
    subject journal(GENERATE(from_range(backends())));
    REQUIRE(journal->open_sink({"old"}));
    store(*journal, "secret", 2);
    CHECK(journal->nack("old", dead(1)));
    CHECK(wait_for(journal->state("old")).dead == 1);
    journal->close_sink("old");
    REQUIRE(journal->open_sink({"audit"}));
    CHECK(erase(*journal, of_document("secret")).events == 2);
    CHECK(wait_for(journal->orphans({"audit"})) == std::vector<orphaned_sink>{{.name = "old"}});
}

TEST_CASE("erase: what came after the preview is not touched, and many events take several requests") {
    subject journal(GENERATE(from_range(backends())));
    store(*journal, "secret", 600);
    auto which = of_document("secret");
    which.up_to = 599;
    std::uint64_t events = 0;
    int requests = 0;
    for (bool more = true; more; ++requests) {
        const auto part = erase(*journal, which);
        events += part.events;
        which.from = part.position;
        more = part.more;
        CHECK(part.last_sequence == 600);
    }
    CHECK(events == 599);
    CHECK(requests > 1);
    CHECK(sequences(*journal) == std::vector<std::uint64_t>{600});
}

TEST_CASE("erase: a closed journal says so") {
    subject journal(GENERATE(from_range(backends())));
    journal->close();
    CHECK(error_of(journal->erase({.which = of_id("1")})) == storage_errc::closed);
}
