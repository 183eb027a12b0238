// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>

using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

TEST_CASE("journal: what a sink said is on the disk soon, without an event to carry it") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    REQUIRE(opened->open_sink({"audit"}));
    REQUIRE(append(*opened, sample("msg_1")) == append_outcome::stored);
    const auto before = syncs();
    for (std::uint64_t i = 0; i < 100; ++i) {
        CHECK(opened->commit_cursor("audit", 1));
    }
    CHECK(eventually([&] { return syncs() > before; }));
    CHECK(syncs() == before + 1);
}

TEST_CASE("journal: a drop stays, although its dead letter was reported in the same moment, beside events") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    REQUIRE(opened->open_sink({"audit"}));
    for (int round = 0; round < 100; ++round) {
        const auto id = std::to_string(round);
        REQUIRE(append(*opened, sample("msg_a" + id)) == append_outcome::stored);
        const auto sequence = opened->last_sequence();
        boost::asio::io_context context;
        const auto begin = [&](auto what) {
            return boost::asio::co_spawn(context, std::move(what), boost::asio::use_future);
        };
        // While the first is stored, the others gather.
        auto first = begin(opened->append(std::make_shared<event>(sample("msg_b" + id))));
        context.poll();
        REQUIRE(
            opened->nack("audit", {.sequence = sequence, .attempts = 1, .next_try = {}, .dead = true, .detail = {}}));
        auto second = begin(opened->append(std::make_shared<event>(sample("msg_c" + id))));
        repair drop{.kind = repair_kind::drop, .which = {}, .now = now()};
        drop.which.scopes = {{.name = "audit"}};
        drop.which.from = sequence - 1; // a repair looks at some events at a time
        auto dropped = begin(opened->apply(std::move(drop)));
        context.run_for(patience);
        REQUIRE(dropped.get()->deliveries == 1);
        for (int turns = 0; turns < 2; ++turns) {
            CHECK(wait_for(opened->state("audit")).dead == 0);
        }
    }
}
