// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/block_index.hpp"
#include "journal/sqlite/database.hpp"
#include "journal/sqlite/event_table.hpp"
#include "journal/sqlite/ledger.hpp"
#include "journal/sqlite/then.hpp"
#include "journal/sqlite/tuning.hpp"

#include <hookd/core/time.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>

namespace hookd::journal {

/// Deletes events that are older than the retention, that every sink has processed and that no failure holds back.
/// Works in small steps, each a transaction of its own, walking from the low end; a sweep ends at the first young
/// event.
class retention {
public:
    using clock = std::chrono::steady_clock;

    retention(database& file, event_table& events, ledger& sinks, block_index& blocks, std::chrono::milliseconds keep,
              const tuning& limits);

    /// Any thread.
    void keep(std::chrono::milliseconds time) { keep_ = time; }

    /// When the next step is due.
    clock::time_point next() const { return next_; }

    std::uint64_t sweeps() const { return sweeps_; }

    /// One step. How many events it deleted; `last` is the journal's last sequence number. When `full`, it comes again.
    storage_result<std::size_t> step(unix_millis now, std::uint64_t last);

private:
    struct span_of_old {
        bool more = false; // the walk has not come to a young event yet
        std::uint64_t up_to = 0;
    };
    storage_result<void> begin_sweep();
    void end_sweep();
    storage_result<void> forget_absent_sinks();
    storage_result<span_of_old> find_old(unix_millis now, std::uint64_t limit);
    storage_result<std::size_t> erase(std::uint64_t up_to, std::uint64_t last);
    storage_result<void> erase_each(std::span<const event_table::age> all, const std::set<std::uint64_t>& but,
                                    const std::set<std::uint64_t>& with_rows);
    void note(const ledger::losses& gone);
    void tell_losses();
    storage_result<void> forget_past();

    database& file_;
    event_table& events_;
    ledger& sinks_;
    block_index& blocks_;
    std::atomic<std::chrono::milliseconds> keep_;
    const tuning limits_;
    const clock::time_point opened_ = limits_.now();

    clock::time_point next_ = opened_;
    clock::time_point restarted_ = opened_;
    std::uint64_t sweeps_ = 0;
    std::map<std::string, orphaned_sink> lost_; // what sinks have lost in this sweep
    std::uint64_t past_of_ = 0;                 // no sink has a past of events before it
    bool sweeping_ = false;
    bool grace_over_ = false;
    bool passed_over_ = false;    // failures have held events back below erased_
    std::uint64_t erased_ = 0;    // everything up to here is gone or held back
    std::uint64_t looked_at_ = 0; // ages up to here are known
    std::uint64_t old_ = 0;       // everything up to here is old
};

} // namespace hookd::journal
