// SPDX-License-Identifier: MIT
#include "delivery/retry_queue.hpp"

#include "delivery/retry_plan.hpp"

#include <algorithm>
#include <utility>

namespace hookd::delivery {

namespace {

/// The longest time before the journal is read again.
constexpr std::chrono::seconds longest_wait{30};

void keep_earliest(std::optional<steady_time>& kept, steady_time time) {
    if (!kept || time < *kept) {
        kept = time;
    }
}

} // namespace

retry_queue::retry_queue(const retry_settings& plan, bool rows) : plan_{plan} {
    if (rows) {
        next_look_ = steady_time{};
    }
}

std::optional<steady_time> retry_queue::look_at() const {
    return ready_.empty() ? next_look_ : std::nullopt;
}

std::vector<std::uint64_t> retry_queue::look() {
    looking_ = true;
    return {taken_.begin(), taken_.end()};
}

void retry_queue::found(std::vector<journal::due_event> rows, time_pair now) {
    looking_ = false;
    if (std::exchange(outdated_, false)) {
        new_meanwhile_.reset();
        next_look_ = now.steady;
        return;
    }
    std::size_t ready = 0;
    const auto wall = clock_.read(now);
    auto next = now.steady + longest_wait;
    earliest_.reset();
    for (auto& row : rows) {
        if (is_ripe(row.what, wall)) {
            ready_.push_back({.what = std::move(row.subject), .attempt = row.what.attempts + 1});
            ++ready;
            keep_earliest(earliest_, now.steady);
        } else {
            const auto due = now.steady + (row.what.next_try - wall);
            next = std::min<steady_time>(next, due);
            keep_earliest(earliest_, due);
        }
    }
    if (ready > 0 && ready == rows.size()) {
        next = now.steady; // there may be more after these: a result is bounded, in bytes too
    }
    next_look_ = next;
    if (new_meanwhile_) {
        keep_earliest(next_look_, *new_meanwhile_);
        keep_earliest(earliest_, *new_meanwhile_);
    } else if (rows.empty() && taken_.empty()) {
        clock_.set_right(now);
    }
    new_meanwhile_.reset();
}

void retry_queue::look_again(time_pair now) {
    ready_.clear();
    next_look_ = now.steady;
    outdated_ = looking_;
}

std::vector<sinks::delivery> retry_queue::take(std::size_t count) {
    std::vector<sinks::delivery> batch;
    while (!ready_.empty() && batch.size() < count) {
        taken_.insert(ready_.front().what->sequence);
        batch.push_back(std::move(ready_.front()));
        ready_.pop_front();
    }
    std::ranges::sort(batch, {}, [](const sinks::delivery& each) { return each.what->sequence; });
    return batch;
}

void retry_queue::put_back(sinks::delivery what) {
    taken_.erase(what.what->sequence);
    ready_.push_front(std::move(what));
}

unix_millis retry_queue::failed(std::uint64_t sequence, std::chrono::milliseconds delay, time_pair now) {
    taken_.erase(sequence);
    keep_earliest(next_look_, now.steady + delay);
    keep_earliest(earliest_, now.steady + delay);
    if (looking_) {
        keep_earliest(new_meanwhile_, now.steady + delay);
    }
    return clock_.read(now) + delay;
}

/// A time further ahead than retry_plan ever sets was written when the clock was wrong.
bool retry_queue::is_ripe(const journal::failure& row, unix_millis now) const {
    return row.next_try <= now || row.next_try - now > longest_retry_delay(plan_, row.attempts);
}

} // namespace hookd::delivery
