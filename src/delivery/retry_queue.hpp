// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/monotonic_wall_clock.hpp"
#include "delivery/time_pair.hpp"

#include <hookd/journal/delivery_store.hpp>
#include <hookd/sinks/settings.hpp>
#include <hookd/sinks/sink.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

namespace hookd::delivery {

/// A sink's failed events that are due for their next attempt: a few at a time in memory, the others in the journal. It
/// reads the earliest rows whether they are due or not, and so learns when to read again.
class retry_queue {
public:
    /// How many rows to read.
    static constexpr std::size_t most = 16;

    /// `rows`: some may be in the journal.
    retry_queue(const retry_settings& plan, bool rows);

    bool empty() const { return ready_.empty(); }
    std::size_t size() const { return ready_.size(); }

    /// When the earliest row is due, as far as is known; empty: no row waits.
    std::optional<steady_time> earliest() const { return earliest_; }
    /// When to read the journal; empty: there is no row, or those in memory come first.
    std::optional<steady_time> look_at() const;
    /// Begins a read; returns the rows to leave out.
    std::vector<std::uint64_t> look();
    /// Ends it.
    void found(std::vector<journal::due_event> rows, time_pair now);

    /// Rows were changed by a repair. What is in memory is outdated: it is dropped here, since the journal has it, and
    /// read again at once.
    void look_again(time_pair now);

    std::vector<sinks::delivery> take(std::size_t most);
    /// What was taken could not be tried: it is put back in front.
    void put_back(sinks::delivery what);
    /// The journal was told to remove the row, or to keep it as a dead letter.
    void gone(std::uint64_t sequence) { taken_.erase(sequence); }
    /// The journal was told to write a row for a further attempt, after `delay`; returns the time to write into it.
    unix_millis failed(std::uint64_t sequence, std::chrono::milliseconds delay, time_pair now);

private:
    bool is_ripe(const journal::failure& row, unix_millis now) const;

    retry_settings plan_;
    monotonic_wall_clock clock_;
    std::deque<sinks::delivery> ready_;
    std::set<std::uint64_t> taken_; // by take(), and not yet gone
    std::optional<steady_time> next_look_;
    std::optional<steady_time> earliest_;
    std::optional<steady_time> new_meanwhile_; // the earliest row that was written during a read
    bool looking_ = false;
    bool outdated_ = false; // the rows changed during a read
};

} // namespace hookd::delivery
