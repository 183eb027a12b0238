// SPDX-License-Identifier: MIT
#include "backends.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

journal_settings kept_for_a_week() {
    journal_settings settings;
    settings.retention = 24h * 7;
    return settings;
}

/// Exactly, and no more when it has looked again.
bool erases(storage& in, std::uint64_t events) {
    const bool erased = eventually([&] {
        wait_for(in.state("nobody"));
        return in.metrics().erased >= events;
    });
    let_it_sweep(in);
    return erased && in.metrics().erased == events;
}

} // namespace

TEST_CASE("retention: deletes what is old, delivered and not held back by a failure") {
    subject journal(GENERATE(from_range(backends())), kept_for_a_week());
    REQUIRE(journal->open_sink({"audit"}));
    REQUIRE(journal->open_sink({"inbox"}));
    fill(*journal, 100);
    CHECK(journal->commit_cursor("inbox", 100));
    CHECK(journal->nack("audit", dead(40)));
    CHECK(journal->commit_cursor("audit", 90));
    CHECK(erases(*journal, 0));
    let_pass(24h * 7 - 1ms);
    CHECK(erases(*journal, 0));
    let_pass(1ms);
    CHECK(erases(*journal, 89));
    CHECK(sequences(*journal) == std::vector<std::uint64_t>{40, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100});
    CHECK(append(*journal, sample("msg_95")) == append_outcome::duplicate);

    CHECK(journal->ack("audit", 40, {}));
    CHECK(erases(*journal, 90));
    CHECK(journal->commit_cursor("audit", 100));
    CHECK(erases(*journal, 100));
}

TEST_CASE("retention: a closed sink holds nothing back, and has no failure of what is gone") {
    subject journal(GENERATE(from_range(backends())), kept_for_a_week());
    REQUIRE(journal->open_sink({"gone"}));
    fill(*journal, 10);
    CHECK(journal->nack("gone", waiting(5, some_day)));
    CHECK(wait_for(journal->state("gone")).waiting == 1);
    let_pass(24h * 8);
    CHECK(erases(*journal, 0));
    journal->close_sink("gone");
    CHECK(erases(*journal, 10));
    CHECK(journal->open_sink({"gone"})->waiting == 0);
}

TEST_CASE("retention: a wall clock that is set forward makes nothing older") {
    subject journal(GENERATE(from_range(backends())), kept_for_a_week());
    fill(*journal, 10);
    set_clock(some_day + 24h * 30);
    CHECK(erases(*journal, 0));
    set_clock(some_day);
}

TEST_CASE("retention: a sequence number is never assigned twice, and an id that is gone counts again") {
    subject journal(GENERATE(from_range(backends())), kept_for_a_week());
    fill(*journal, 20);
    let_pass(24h * 8);
    CHECK(erases(*journal, 20));
    journal.restart();
    CHECK(journal->last_sequence() == 20);
    CHECK(journal->open_sink({"late"})->cursor == 20);
    CHECK(append(*journal, sample("msg_20")) == append_outcome::stored);
    CHECK(journal->last_sequence() == 21);
    CHECK(sequences(*journal) == std::vector<std::uint64_t>{21});
}

TEST_CASE("retention: at max_size new events are refused, old ones known, and a change of the bounds counts at once") {
    auto bounds = kept_for_a_week();
    bounds.max_size = byte_size{1U << 20U};
    subject journal(GENERATE(from_range(backends())), bounds);
    for (int i = 0; journal->accepts() == acceptance::open && i < 100; ++i) {
        append(*journal, sample("msg_" + std::to_string(i), 100'000));
    }
    CHECK(journal->accepts() == acceptance::over_size);
    CHECK(journal->metrics().size_bytes >= journal->metrics().max_size_bytes);
    CHECK(append(*journal, sample("new")) == append_outcome::full);
    CHECK(append(*journal, sample("msg_3", 100'000)) == append_outcome::duplicate);
    bounds.max_size = byte_size{1U << 30U};
    journal->configure(bounds);
    CHECK(append(*journal, sample("new")) == append_outcome::stored);
    CHECK(eventually([&] { return journal->accepts() == acceptance::open; }));
}
