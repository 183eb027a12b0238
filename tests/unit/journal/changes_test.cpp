// SPDX-License-Identifier: MIT
#include "journal/sqlite/changes.hpp"

#include <catch2/catch.hpp>

using namespace hookd::journal;

namespace {

failure tried(std::uint64_t sequence, unsigned attempts) {
    return {.sequence = sequence, .attempts = attempts, .next_try = {}, .dead = false, .detail = ""};
}

} // namespace

TEST_CASE("journal: what could not be committed does not overwrite what a sink has reported since") {
    changes older;
    older.nack("audit", tried(1, 1));
    older.nack("audit", tried(2, 1));
    older.nack("audit", tried(3, 1));
    older.nack("inbox", tried(1, 7));
    older.commit_cursor("audit", 5);
    changes said;
    said.nack("audit", tried(1, 2));
    said.ack("audit", 2, {});
    said.commit_cursor("audit", 4);
    said.add_older(std::move(older));

    const auto& audit = said.sinks().at("audit");
    CHECK(audit.cursor == 5U);
    CHECK(audit.failures.at(1).row->attempts == 2);
    CHECK_FALSE(audit.failures.at(2).row);
    CHECK(audit.failures.at(3).row->attempts == 1);
    CHECK(said.sinks().at("inbox").failures.at(1).row->attempts == 7);
    CHECK(said.failures() == 4);
}

TEST_CASE("journal: all attempts are kept in their order, those that could not be committed before the later ones") {
    const auto made = [](unsigned attempts) {
        auto what = tried(1, attempts);
        what.made = attempt{.detail = std::to_string(attempts)};
        return what;
    };
    changes older;
    older.nack("audit", made(1));
    changes said;
    said.nack("audit", made(2));
    said.ack("audit", 1, {.outcome = attempt_outcome::delivered, .detail = "3"});
    said.add_older(std::move(older));
    const auto& kept = said.sinks().at("audit").failures.at(1);
    REQUIRE(kept.attempts.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(kept.attempts[i].detail == std::to_string(i + 1));
    }
    CHECK(kept.failed);
    CHECK_FALSE(kept.row);
}

TEST_CASE("journal: waiting rows are counted once, however often a sink reports them") {
    changes said;
    CHECK(said.empty());
    said.nack("audit", tried(1, 1));
    said.nack("audit", tried(1, 2));
    said.ack("audit", 1, {});
    said.ack("inbox", 1, {});
    CHECK(said.failures() == 2);
    CHECK_FALSE(said.empty());
}
