// SPDX-License-Identifier: MIT
#include "delivery/plan_bench.hpp"

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

namespace hookd::delivery {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t most_read = 256;

sink_worker_fsm::start start_of(const plan_bench::shape& from) {
    const auto waits = [](const auto& row) { return !row.second.dead; };
    return {.cursor = from.cursor,
            .newest = from.events.empty() ? 0 : from.events.rbegin()->first,
            .rows_waiting = std::ranges::any_of(from.rows, waits),
            .rows = !from.rows.empty(),
            .batch_limit = from.batch_limit,
            .gather_time = from.gather_time,
            .filtered_step = from.filtered_step};
}

sinks::verdict verdict_of(char letter) {
    switch (letter) {
    case 'd':
        return sinks::verdict::delivered;
    case 'r':
        return sinks::verdict::retry;
    case 'x':
        return sinks::verdict::reject;
    default:
        return sinks::verdict::unavailable;
    }
}

std::string milliseconds_of(std::chrono::nanoseconds time) {
    return std::to_string(std::chrono::duration_cast<milliseconds>(time).count());
}

} // namespace

plan_bench::plan_bench(shape from)
    : cursor{from.cursor}, rows{from.rows}, gathers_{from.gather_time.count() > 0},
      plan_{from.settings, start_of(from), [] { return 0.5; }} {
    for (auto& [sequence, what] : from.events) {
        what.sequence = sequence;
        events_[sequence] = std::make_shared<const event>(std::move(what));
    }
}

void plan_bench::commit(std::uint64_t first, std::uint64_t last, std::string_view type, std::string_view endpoint) {
    for (auto sequence = first; sequence <= last; ++sequence) {
        event what;
        what.sequence = sequence;
        what.type = type;
        what.endpoint = endpoint;
        events_[sequence] = std::make_shared<const event>(std::move(what));
    }
    wanted_.last = wanted_.last == UINT64_MAX ? wanted_.last : last;
    plan_.newest(last, wanted_);
}

void plan_bench::commit_filtered(std::uint64_t first, std::uint64_t last) {
    wanted_.last = wanted_.last == UINT64_MAX ? first - 1 : wanted_.last;
    plan_.newest(last, wanted_);
}

std::string plan_bench::run() {
    std::string words;
    for (int steps = 0; steps < 10'000; ++steps) {
        auto step = plan_.next(now_);
        const auto rests = std::holds_alternative<next::wait>(step) || std::holds_alternative<next::done>(step) ||
                           (looks_are_held_ && std::holds_alternative<next::look>(step));
        words += (words.empty() ? "" : ", ") + perform(std::move(step));
        if (rests) {
            return words;
        }
    }
    return words + ", and so on without end";
}

void plan_bench::finish(std::uint64_t ticket, std::string_view letters, milliseconds retry_after) {
    std::vector<sinks::outcome> outcomes;
    for (const auto letter : letters) {
        outcomes.push_back({.what = verdict_of(letter), .retry_after = retry_after, .detail = "so it went"});
    }
    plan_.finished(ticket, outcomes, now_);
}

void plan_bench::later(milliseconds by) {
    now_.steady += by;
    now_.wall += by;
}

void plan_bench::answer_look() {
    looks_are_held_ = false;
    plan_.found(look(except_), now_);
}

std::string plan_bench::perform(action step) {
    if (const auto* deliver = std::get_if<next::deliver>(&step)) {
        auto words = "deliver #" + std::to_string(deliver->ticket) + ":";
        for (const auto& each : deliver->batch) {
            words += " " + std::to_string(each.what->sequence) +
                     (each.attempt > 1 ? "(" + std::to_string(each.attempt) + ")" : "");
        }
        return words;
    }
    if (const auto* fetch = std::get_if<next::read>(&step)) {
        ++reads;
        plan_.arrived(reads_fail_ ? read_events{.events = {}, .up_to = fetch->after} : read(fetch->after), now_);
        return "read " + std::to_string(fetch->after);
    }
    if (const auto* due = std::get_if<next::look>(&step)) {
        if (looks_are_held_) {
            except_ = due->except;
        } else {
            plan_.found(look(due->except), now_);
        }
        return "look";
    }
    if (const auto* failed = std::get_if<next::nack>(&step)) {
        rows[failed->row.sequence] = failed->row;
        const auto sequence = std::to_string(failed->row.sequence);
        return failed->row.dead ? "dead " + sequence
                                : "fail " + sequence + " in " + milliseconds_of(failed->row.next_try - now_.wall);
    }
    if (const auto* ack = std::get_if<next::ack>(&step)) {
        rows.erase(ack->sequence);
        return "ack " + std::to_string(ack->sequence);
    }
    if (const auto* left = std::get_if<next::leave>(&step)) {
        rows[left->row.sequence] = left->row;
        return "leave " + std::to_string(left->row.sequence);
    }
    if (const auto* commit_cursor = std::get_if<next::commit_cursor>(&step)) {
        cursor = commit_cursor->cursor;
        return "commit_cursor " + std::to_string(cursor);
    }
    if (const auto* wait = std::get_if<next::wait>(&step)) {
        const auto* const how = wait->commits == next::wake_on::wanted_events         ? "doze "
                                : gathers_ && wait->commits == next::wake_on::nothing ? "sleep "
                                                                                      : "rest ";
        return how + milliseconds_of(wait->until - now_.steady);
    }
    return "done";
}

read_events plan_bench::read(std::uint64_t after) {
    read_events found{.events = {}, .up_to = after};
    for (auto each = events_.upper_bound(after); each != events_.end() && found.events.size() < most_read; ++each) {
        found.events.push_back(each->second);
        found.up_to = each->first;
    }
    return found;
}

std::vector<journal::due_event> plan_bench::look(const std::vector<std::uint64_t>& except) {
    std::vector<journal::failure> waiting;
    for (const auto& [sequence, row] : rows) {
        if (!row.dead && std::ranges::find(except, sequence) == except.end()) {
            waiting.push_back(row);
        }
    }
    std::ranges::sort(waiting, {}, [](const auto& row) { return std::pair{row.next_try, row.sequence}; });
    std::vector<journal::due_event> found;
    for (const auto& row : waiting | std::views::take(rows_a_look_)) {
        found.push_back({.what = row, .subject = events_.at(row.sequence)});
    }
    return found;
}

} // namespace hookd::delivery
