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

/// Events that were read, in order, and how far: what is missing up to there is wanted by no sink, or does not exist.
struct read_events {
    std::vector<event_ptr> events;
    std::uint64_t up_to = 0;
};

/// The events that were committed last and that a sink wants, in memory, so that a sink worker that keeps up never
/// reads them from the journal. Bounded in number and bytes: the oldest go. It has every event after its floor that any
/// sink wants, and returns events only from there. Any thread.
class recent_events {
public:
    struct limits {
        std::size_t events = 4096;
        std::size_t bytes = std::size_t{8} << 20U;
    };

    /// `newest`: the last event in the journal, which is not in memory.
    recent_events(std::uint64_t newest, limits bounds) : bounds_{bounds}, floor_{newest}, newest_{newest} {}

    /// Takes those events of a commit, in order, that are `wanted`: the flag at the same place. A gap in the numbers
    /// means that a commit was missed: recent events then begin again after it.
    void push(std::span<const event_ptr> events, const std::vector<bool>& wanted);
    /// Drops the events up to this one, which every sink worker has read.
    void drop(std::uint64_t up_to);
    /// Drops all events up to this one, the newest.
    void skip_to(std::uint64_t newest);

    /// The events after `position`, at most `most` and about `most_bytes`; empty if some of them may be in the journal
    /// only.
    std::optional<read_events> after(std::uint64_t position, std::size_t most, std::size_t most_bytes) const;

    /// The number of the last event that was committed.
    std::uint64_t newest() const;

private:
    void forget(std::uint64_t up_to) HOOKD_REQUIRES(mutex_);
    void pop_front() HOOKD_REQUIRES(mutex_);

    limits bounds_;
    mutable mutex mutex_;
    std::deque<event_ptr> events_ HOOKD_GUARDED_BY(mutex_); // after floor_, in order
    std::size_t bytes_ HOOKD_GUARDED_BY(mutex_) = 0;
    std::uint64_t floor_ HOOKD_GUARDED_BY(mutex_);
    std::uint64_t newest_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::delivery
