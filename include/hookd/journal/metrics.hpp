// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/counter.hpp>
#include <hookd/core/mutex.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::journal {

/// Each sink's state in the journal, as of the last commit. Written by the journal's thread, readable from any.
class sink_stats {
public:
    struct entry {
        std::uint64_t cursor = 0;
        std::uint64_t waiting =
            0; ///< Failures that wait for their next try; of an orphan, also what it has not reached.
        std::uint64_t dead = 0;
        bool orphan = false; ///< It is not open. Found out every half minute.
    };

    void put(std::string_view sink, const entry& now);
    void remove(std::string_view sink);
    /// Nothing: there is no such sink.
    std::optional<entry> find(std::string_view sink) const;
    std::map<std::string, entry, std::less<>> all() const;
    /// How often something about any sink was put: while it stays the same, no delivery state in the journal changes.
    std::uint64_t changes() const { return changes_; }

private:
    mutable mutex mutex_;
    std::atomic<std::uint64_t> changes_ = 0;
    std::map<std::string, entry, std::less<>> sinks_ HOOKD_GUARDED_BY(mutex_);
};

inline constexpr std::array<std::uint64_t, 11> batch_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
inline constexpr std::array<std::uint64_t, 14> microsecond_bounds{
    250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};

/// The journal's counters since it was opened, and its state. Written by the journal's thread, readable from any, also
/// once it is closed.
struct journal_metrics {
    std::atomic<std::uint64_t> stored = 0;         ///< events
    std::atomic<std::uint64_t> commits = 0;        ///< transactions that stored events: each one sync
    std::atomic<std::uint64_t> erased = 0;         ///< events, by retention or on request
    std::atomic<std::uint64_t> erase_steps = 0;    ///< transactions that erased
    std::atomic<std::uint64_t> sweeps = 0;         ///< of retention, that came to their end
    std::atomic<std::uint64_t> indexed_blocks = 0; ///< added to the index of look-ups
    std::atomic<std::uint64_t> last_sequence = 0;
    std::atomic<std::int64_t> clock_ahead_milliseconds = 0; ///< of the time that ages count by

    histogram batch_events{batch_bounds};              ///< stored by one commit
    histogram commit_microseconds{microsecond_bounds}; ///< of such a commit, from its begin to the end of its sync

    std::atomic<std::uint64_t> size_bytes = 0; ///< as max_size counts: pages in use, and the log
    std::atomic<std::uint64_t> max_size_bytes = 0;
    std::atomic<bool> disk_full = false; ///< the last event that was tried found no space
    std::atomic<bool> over_size = false;
    std::atomic<bool> failed = false; ///< until the next start
    sink_stats sinks;
};

} // namespace hookd::journal
