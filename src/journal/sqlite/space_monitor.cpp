// SPDX-License-Identifier: MIT
#include "journal/sqlite/space_monitor.hpp"

#include <hookd/core/byte_size.hpp>

#include <spdlog/spdlog.h>

namespace hookd::journal {

namespace {

// At the border every other event may find space; that is no news.
constexpr std::chrono::seconds believed_after{1};

} // namespace

space_monitor::space_monitor(database& file, std::uint64_t max_size, const tuning& limits)
    : file_(file), max_size_(max_size), limits_(limits), checkpoint_at_(limits.checkpoint_frames) {}

storage_result<void> space_monitor::disk_was_full(const storage_error& why) {
    if (!disk_full_) {
        spdlog::error("journal: no space left on the disk, events are rejected until there is some: {}", why.message);
    }
    disk_full_ = true;
    disk_was_full_ = limits_.now();
    // The space that the log has is used again once it is copied.
    return file_.log_frames() > 0 ? checkpoint() : storage_result<void>();
}

void space_monitor::disk_had_space() {
    if (disk_full_ && limits_.now() - disk_was_full_ >= believed_after) {
        spdlog::warn("journal: there is space on the disk again, events are accepted");
        disk_full_ = false;
    }
}

storage_result<void> space_monitor::measure() {
    auto used = file_.used_bytes();
    if (!used) {
        return std::unexpected(used.error());
    }
    // What is in the log counts twice until it is copied: before max_size is said to be reached, it is.
    const bool log_tips_it = *used >= max_size_ && *used - file_.log_bytes() < max_size_;
    if (file_.log_frames() >= checkpoint_at_ || log_tips_it) {
        if (auto done = checkpoint(); !done) {
            return done;
        }
        used = file_.used_bytes();
        if (!used) {
            return std::unexpected(used.error());
        }
    }
    used_ = *used;
    tell_size();
    return {};
}

void space_monitor::tell_size() {
    if (!allows_more()) {
        if (!over_size_) {
            spdlog::error("journal: max_size of {} is reached, events are rejected until retention frees space: raise "
                          "max_size, or shorten retention (not below 72h)",
                          to_text(byte_size{max_size_}));
        }
        over_size_ = true;
        was_over_size_ = limits_.now();
    } else if (over_size_ && limits_.now() - was_over_size_ >= believed_after) {
        spdlog::warn("journal: below max_size again, events are accepted");
        over_size_ = false;
    }
}

// There is space for what it writes, but file systems that write nothing in place may see that otherwise. Then
// everything stays in the log, which grows on, bounded by max_size, and the next try comes after as many frames again.
storage_result<void> space_monitor::checkpoint() {
    auto done = file_.checkpoint();
    if (!done && done.error().what == storage_errc::full) {
        if (!told_checkpoint_) {
            spdlog::error("journal: no space left to checkpoint the write-ahead log: {}", done.error().message);
        }
        told_checkpoint_ = true;
        checkpoint_at_ = file_.log_frames() + limits_.checkpoint_frames;
        return {};
    }
    told_checkpoint_ = false;
    checkpoint_at_ = limits_.checkpoint_frames;
    return done;
}

} // namespace hookd::journal
