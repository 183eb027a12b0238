// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>
#include <hookd/core/mutex.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace hookd::delivery {

/// The events that were committed last, in memory, so that a sink worker that keeps up never reads them from the
/// journal. Bounded in number and bytes: the oldest go. It has every event after its floor, and returns events only
/// from there. Any thread.
class recent_events {
public:
    struct limits {
        std::size_t events = 4096;
        std::size_t bytes = std::size_t{8} << 20U;
    };

    /// `newest`: the last event in the journal, which is not in memory.
    recent_events(std::uint64_t newest, limits bounds) : bounds_{bounds}, floor_{newest}, newest_{newest} {}

    /// Takes the events that a commit stored, in order. A gap in the numbers means that a commit was missed: recent
    /// events then begin again after it.
    void push(std::span<const event_ptr> events);
    /// Drops all events up to this one, the newest.
    void skip_to(std::uint64_t newest);

    /// The events after `position`, at most `most` and about `most_bytes`; empty if some of them may be in the journal
    /// only.
    std::optional<std::vector<event_ptr>> after(std::uint64_t position, std::size_t most, std::size_t most_bytes) const;

    /// The number of the last event that was committed.
    std::uint64_t newest() const;

private:
    void forget(std::uint64_t up_to) HOOKD_REQUIRES(mutex_);

    limits bounds_;
    mutable mutex mutex_;
    std::deque<event_ptr> events_ HOOKD_GUARDED_BY(mutex_); // numbered floor_ + 1, floor_ + 2, … newest_
    std::size_t bytes_ HOOKD_GUARDED_BY(mutex_) = 0;
    std::uint64_t floor_ HOOKD_GUARDED_BY(mutex_);
    std::uint64_t newest_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::delivery
