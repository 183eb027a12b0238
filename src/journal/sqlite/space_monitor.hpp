// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/then.hpp"
#include "journal/sqlite/tuning.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace hookd::journal {

/// Whether there is space for more: on the disk, as of the last writes, and under max_size. Logs once when there is
/// none and once when there is again, which is trusted only after a while. Also decides when to checkpoint the
/// write-ahead log.
class space_monitor {
public:
    space_monitor(database& file, std::uint64_t max_size, const tuning& limits);

    /// Any thread.
    void limit(std::uint64_t max_size) { max_size_ = max_size; }

    /// Under max_size; if not, events are not even tried.
    bool allows_more() const { return used_ < max_size_; }
    /// In bytes, as of the last `measure`.
    std::uint64_t used() const { return used_; }
    /// A write found no space, not long ago.
    bool disk_is_full() const { return disk_full_; }

    storage_result<void> disk_was_full(const storage_error& why);
    /// For events: cursors and failures find space where events do not.
    void disk_had_space();
    /// After each transaction: checkpoints if it is time, and measures.
    storage_result<void> measure();

private:
    using clock = std::chrono::steady_clock;
    storage_result<void> checkpoint();
    void tell_size();

    database& file_;
    std::atomic<std::uint64_t> max_size_;
    const tuning limits_;
    std::uint64_t checkpoint_at_;
    std::uint64_t used_ = 0;
    bool disk_full_ = false;
    bool over_size_ = false; // for the log
    clock::time_point disk_was_full_;
    clock::time_point was_over_size_;
    bool told_checkpoint_ = false;
};

} // namespace hookd::journal
