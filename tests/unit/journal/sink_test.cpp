// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <catch2/catch.hpp>

using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

TEST_CASE("journal: what a sink said is on the disk soon, without an event to carry it") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    REQUIRE(opened->open_sink("audit"));
    REQUIRE(append(*opened, sample("msg_1")) == append_outcome::stored);
    const auto before = syncs();
    for (std::uint64_t i = 0; i < 100; ++i) {
        CHECK(opened->commit_cursor("audit", 1));
    }
    CHECK(eventually([&] { return syncs() > before; }));
    CHECK(syncs() == before + 1);
}
