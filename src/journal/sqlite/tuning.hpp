// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/age_clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace hookd::journal {

/// The journal's internal limits and intervals: not for operators, but tests need some of them small.
struct tuning {
    /// Without a thread of its own the journal works only when its owner calls sqlite_storage::turn, on the owner's
    /// thread: the same calls then always do the same.
    bool own_thread = true;
    /// The clock of the intervals below.
    std::chrono::steady_clock::time_point (*now)() = &std::chrono::steady_clock::now;
    /// The clock that ages are measured by, besides the wall clock.
    std::chrono::milliseconds (*since_boot)() = &time_since_boot;
    std::string (*boot)() = &boot_name;

    /// Waiting and being committed. Past either, events are rejected as `busy`; one event is always accepted.
    std::size_t most_waiting = 4096;
    std::size_t most_waiting_bytes = std::size_t{32} << 20U;

    /// One transaction.
    std::size_t batch_events = 1024;
    std::size_t batch_bytes = std::size_t{4} << 20U;

    /// Under load commits begin no more often than `commit_pace`, unless `gather_events` wait, or nothing arrives for
    /// `gather_wait`.
    std::chrono::microseconds commit_pace{2'500};
    std::size_t gather_events = 32;
    std::chrono::microseconds gather_wait{150};

    /// One answer to `read` or `due`.
    std::size_t read_events = 1024;
    std::size_t read_bytes = std::size_t{8} << 20U;
    /// One call of `query` or a repair: rows examined, bytes returned, events changed.
    std::size_t history_rows = 1000;
    /// The same: parts of the journal that it looks at or leaves out.
    std::size_t history_parts = 500;
    std::size_t history_bytes = std::size_t{1} << 20U;
    std::size_t history_mended = 250;
    /// Events that an orphan has not reached, as far as they are counted at a time, or taken over by another sink.
    std::size_t orphan_rows = 2000;
    /// Reads between two commits.
    std::size_t jobs_a_round = 2;

    /// How long cursors and failures may wait for a commit to join, and for the next try while the disk is full.
    std::chrono::milliseconds changes_delay{50};
    std::chrono::milliseconds changes_retry{1'000};
    /// Failure rows that wait because the disk is full; past it sink workers get no more events that could fail.
    std::size_t most_waiting_changes = 4096;

    /// Frames in the write-ahead log that make a checkpoint due. It blocks commits meanwhile, for about 3 ms with this
    /// number of frames.
    std::uint64_t checkpoint_frames = 96;

    /// Whether anything is deleted at all.
    bool retains = true;
    std::size_t retention_step = 128;
    /// Between two sweeps, and how often a sweep starts over at the low end, for events that failures held back.
    std::chrono::milliseconds sweep_pause{30'000};
    std::chrono::milliseconds sweep_restart{600'000};
    /// Under load, one step per this many commits.
    unsigned commits_a_step = 8;
    /// How old the saved clock may become: after a power failure, up to this much uptime is taken for downtime.
    std::chrono::milliseconds clock_keep{3'600'000};
    /// How long a sink that is in the file, but was not opened, still holds events back.
    std::chrono::milliseconds sink_grace{600'000};
};

} // namespace hookd::journal
