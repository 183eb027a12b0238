// SPDX-License-Identifier: MIT
#pragma once

#include "journal/age_clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace hookd::journal {

/// The journal's own limits and rhythms: not for operators, but tests need some of them small.
struct tuning {
    /// Without a thread of its own the journal turns only when its holder says so (sqlite_journal::turn), and on its
    /// holder's thread: the same calls then always do the same.
    bool own_thread = true;
    /// What the rhythms below go by.
    std::chrono::steady_clock::time_point (*now)() = &std::chrono::steady_clock::now;
    /// What age counts by, beside the wall clock.
    std::chrono::milliseconds (*since_boot)() = &time_since_boot;
    std::string (*boot)() = &boot_name;

    /// Waiting and being committed. Past either, events are refused as `busy`; one event is always taken.
    std::size_t most_waiting = 4096;
    std::size_t most_waiting_bytes = std::size_t{32} << 20U;

    /// One transaction.
    std::size_t batch_events = 1024;
    std::size_t batch_bytes = std::size_t{4} << 20U;

    /// In busy times commits begin no more often than this, unless so many wait, or nothing comes for as long as that.
    std::chrono::microseconds commit_pace{2'500};
    std::size_t gather_events = 32;
    std::chrono::microseconds gather_wait{150};

    /// One answer to `read` or `due`.
    std::size_t read_events = 1024;
    std::size_t read_bytes = std::size_t{8} << 20U;
    /// One answer to `query` or `mend`: rows looked at, bytes answered, events changed.
    std::size_t history_rows = 1000;
    std::size_t history_bytes = std::size_t{1} << 20U;
    std::size_t history_mended = 250;
    /// Reads between two commits.
    std::size_t jobs_a_round = 8;

    /// How long cursors and failures may wait for a commit to join, and for the next try while the disk is full.
    std::chrono::milliseconds changes_delay{50};
    std::chrono::milliseconds changes_retry{1'000};
    /// Failure rows that wait because the disk is full; past it sink workers get nothing more to fail with.
    std::size_t most_waiting_changes = 4096;

    /// Frames in the write-ahead log that make a checkpoint due. It holds up the commits meanwhile, some 3 ms for so
    /// few.
    std::uint64_t checkpoint_frames = 96;

    /// Whether anything is deleted at all.
    bool retains = true;
    std::size_t retention_step = 128;
    /// Between two sweeps, and how often a sweep starts over at the low end, for events that failures held back.
    std::chrono::milliseconds sweep_pause{30'000};
    std::chrono::milliseconds sweep_restart{600'000};
    /// Under load one step a so many commits.
    unsigned commits_a_step = 8;
    /// How old what is kept of the clock may be: a machine whose power fails takes that much for time that it was off.
    std::chrono::milliseconds clock_keep{3'600'000};
    /// How long a sink that the file knows, but nobody has opened, still holds events back.
    std::chrono::milliseconds sink_grace{600'000};
};

} // namespace hookd::journal
