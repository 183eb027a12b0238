// SPDX-License-Identifier: MIT
// The journal, and delivery above it, against a small model: random steps, troubles and deaths, and after each all that
// can be seen is compared.
//
// What there is, in the model and on disk (docs/journal.md):
//   event       not there | stored, numbered in order | gone by retention; its id counts once as long as it is there
//   sink        unknown | known, with a cursor, paused or not; fed | closed
//   for a sink  an event is pending, done, waiting with a next try, or a dead letter
//   said        what sink workers have said and no commit has taken yet: a crash may lose it from the end, never out of
//   order
//
// What goes wrong, between any two steps and in the middle of any write or sync of one:
//   death       the process is killed: what was written is there. The power fails: of what was not synced any write is
//               there, or not, or in part. Also while it starts again.
//   disk        full, also in the middle of a commit; max_size; free again
//   clock       set forward or back, by milliseconds to a year; time that passes, which alone makes events older until
//               the clock has stood for as long as it was set forward, or a day
//   operators   replays and drops of one, some and all; pauses; sinks that come, go and change; restarts; old events
//   sinks       fail, refuse, or are away; events come while others are under way; a look's answer comes late
//
// What must hold, whatever happens:
//   an acknowledged event is there until it is old, every sink fed has done with it and none waits for it
//   an id is stored once and then called a duplicate for as long as the event is there
//   what was answered as done is durable; what was not answered is there whole, or not at all
//   cursors, rows, counts, questions, repairs and metrics say the same as the model
//   a sink's first tries come in order; it gets nothing it does not ask for, nor again what is done, but after a crash
//   once all troubles are over, each sink gets all its events and each replay within the longest wait of the plan
#include "campaign.hpp"
#include "delivery_world.hpp"
#include "journal_world.hpp"

#include <catch2/catch.hpp>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

using namespace hookd::model;

namespace {

constexpr std::uint64_t seeds = 500; // of each of the two

template <class World>
void try_all(std::size_t steps) {
    spdlog::set_level(spdlog::level::off);
    const auto found = run([](std::uint64_t seed) { return std::make_unique<World>(seed); }, steps, extent_or(seeds));
    if (found) {
        FAIL(found->text);
    }
}

} // namespace

TEST_CASE("model: the journal keeps what it acknowledged, through clocks, full disks and deaths",
          "[campaign][journal]") {
    try_all<journal_world>(36);
}

TEST_CASE("model: each sink gets its events in order, and each replay, once troubles are over",
          "[campaign][delivery]") {
    try_all<delivery_world>(50);
}

#ifdef HOOKD_TEST_HOOKS
TEST_CASE("model: a journal or sink worker that breaks a promise on purpose is found") {
    const auto [name, level] = GENERATE(table<const char*, const char*>({{"forget_dead_letter", "[delivery]"},
                                                                         {"purge_waiting", "[delivery]"},
                                                                         {"duplicate_window_short", "[delivery]"},
                                                                         {"overwrite_repairs", "[journal]"},
                                                                         {"forget_unavailable", "[delivery]"}}));
    const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
    const auto command = "HOOKD_MODEL_SEEDS=" + std::to_string(seeds) +
                         " HOOKD_MODEL_SHRINK=no HOOKD_FAILPOINT=" + name + " '" + program + "' '" + level +
                         "' 2>&1 | grep -q 'seed '"; // red, and not by a crash
    CAPTURE(name);
    CHECK(std::system(command.c_str()) == 0);
}
#endif
