// SPDX-License-Identifier: MIT
#include "delivery/sink_worker_fsm.hpp"

#include "delivery/detail.hpp"
#include "delivery/retry_plan.hpp"

#include <hookd/core/failpoint.hpp>
#include <hookd/core/pattern.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace hookd::delivery {

namespace {

/// The longest wait: clocks and other modules are not trusted further.
constexpr std::chrono::seconds longest_wait{30};
/// Between two reads of a journal that does not return the events that it should have.
constexpr std::chrono::seconds read_again_after{1};

journal::attempt attempt_of(const sinks::outcome& outcome, time_pair begun, time_pair now) {
    return {.start = begun.wall,
            .took = std::chrono::floor<std::chrono::milliseconds>(now.steady - begun.steady),
            .outcome = outcome.what == sinks::verdict::delivered ? journal::attempt_outcome::delivered
                       : outcome.what == sinks::verdict::reject  ? journal::attempt_outcome::rejected
                                                                 : journal::attempt_outcome::failed,
            .code = outcome.code,
            .detail = one_line(outcome.detail)};
}

} // namespace

sink_worker_fsm::sink_worker_fsm(const sink_settings& settings, const start& from, random_source random)
    : settings_{settings}, random_{std::move(random)}, batch_limit_{std::max<std::size_t>(from.batch_limit, 1)},
      slots_{batch_limit_ == 1 ? std::max(settings.concurrency, 1U) : 1U}, newest_{from.newest}, position_{from.cursor},
      told_{from.cursor}, rows_up_to_{from.rows ? from.newest : 0}, due_{settings.retry, from.rows_waiting},
      backoff_{settings.retry}, gather_time_{from.gather_time}, filtered_step_{from.filtered_step} {}

void sink_worker_fsm::newest(std::uint64_t sequence, const wanted_range& wanted) {
    newest_ = std::max(newest_, sequence);
    wanted_ = wanted;
}

action sink_worker_fsm::next(time_pair now) {
    pass_filtered(now.steady);
    if (stopping_ && under_way_.empty()) {
        leave_behind(now);
    }
    if (!notes_.empty()) {
        auto first = std::move(notes_.front());
        notes_.pop_front();
        return std::visit([](auto& note) -> action { return std::move(note); }, first);
    }
    if (const auto reached = cursor(); reached != told_ && may_tell(now.steady)) {
        told_ = reached;
        told_at_ = now.steady;
        finished_one_ = false;
        return next::commit_cursor{reached};
    }
    if (stopping_ && under_way_.empty()) {
        return next::done{};
    }
    if (!stopping_ && now.steady < gather_until_) {
        return rest(now.steady);
    }
    if (!may_begin(now.steady)) {
        // So that the age of what waits for a paused sink is known.
        const bool idle = !stopping_ && waiting_.empty() && under_way_.empty();
        return idle && may_read(now.steady) ? action{next::read{position_}} : action{rest(now.steady)};
    }
    if (const auto look = due_.look_at(); look && *look <= now.steady) {
        return next::look{due_.look()};
    }

    const auto new_ones = !waiting_.empty() || may_read(now.steady);
    if (!due_.empty() && dues_first(new_ones)) {
        return begin(true, now);
    }
    if (!waiting_.empty()) {
        return begin(false, now);
    }
    if (new_ones) {
        return next::read{position_};
    }
    return rest(now.steady);
}

void sink_worker_fsm::arrived(read_events what, time_pair now) {
    if (what.up_to <= position_) {
        read_at_ = now.steady + read_again_after;
    } else {
        position_ = what.up_to;
        moved_at_ = now.steady;
    }
    for (auto& each : what.events) {
        if (wants(settings_.filters, *each)) {
            waiting_.push_back({.what = std::move(each), .attempt = 1});
        }
    }
    if (waiting_.empty()) {
        dues_turn_ = true; // while many events are filtered out, failed events take their turn
    }
}

void sink_worker_fsm::finished(std::uint64_t ticket, std::span<const sinks::outcome> outcomes, time_pair now) {
    const auto found = under_way_.extract(ticket);
    if (found.empty()) {
        return;
    }
    const auto& delivery = found.mapped();
    if (delivery.again) {
        --dues_under_way_;
    }

    static const sinks::outcome missing{.what = sinks::verdict::unavailable, .retry_after = {}, .detail = {}};
    const sinks::outcome* unavailable = nullptr;
    bool worked = false;
    for (std::size_t i = 0; i < delivery.batch.size(); ++i) {
        const auto& outcome = i < outcomes.size() ? outcomes[i] : missing;
        settle_one(delivery, delivery.batch[i], outcome, now);
        if (outcome.what == sinks::verdict::unavailable) {
            unavailable = &outcome;
        } else {
            worked = true;
        }
    }
    if (worked) {
        backoff_.worked(delivery.epoch);
    }
    if (unavailable != nullptr) {
        backoff_.unavailable(delivery.epoch, unavailable->retry_after, now.steady, random_());
    }
}

void sink_worker_fsm::pass_filtered(steady_time now) {
    const auto passed =
        wanted_.last <= position_ ? newest_ : std::min(newest_, std::max(wanted_.first, std::uint64_t{1}) - 1);
    if (passed > position_) {
        position_ = passed;
        moved_at_ = now;
    }
}

/// Of the events that have arrived.
const event* sink_worker_fsm::first_open() const {
    const event* first = waiting_.empty() ? nullptr : waiting_.front().what.get();
    for (const auto& [ticket, each] : under_way_) {
        const auto* const begun = each.batch.front().what.get();
        if (!each.again && (first == nullptr || begun->sequence < first->sequence)) {
            first = begun;
        }
    }
    return first;
}

std::uint64_t sink_worker_fsm::cursor() const {
    const auto* const first = first_open();
    return first != nullptr && !failpoint("cursor_runs_ahead") ? first->sequence - 1 : position_;
}

std::optional<unix_millis> sink_worker_fsm::oldest() const {
    const auto* const first = first_open();
    return first != nullptr ? std::optional{first->accepted} : std::nullopt;
}

/// A cursor that has passed only filtered events costs as much as another, and nothing is delivered twice without it.
bool sink_worker_fsm::may_tell(steady_time now) const {
    return finished_one_ || stopping_ || told_at_ + filtered_step_ <= now;
}

bool sink_worker_fsm::may_begin(steady_time now) const {
    if (stopping_ || paused_ || under_way_.size() >= slots_) {
        return false;
    }
    if (!backoff_.down()) {
        return true;
    }
    const auto probing =
        std::ranges::any_of(under_way_, [this](const auto& entry) { return entry.second.epoch == backoff_.epoch(); });
    return backoff_.until() <= now && !probing;
}

bool sink_worker_fsm::may_read(steady_time now) const {
    return position_ < newest_ && read_at_ <= now;
}

bool sink_worker_fsm::dues_first(bool new_ones) const {
    const auto new_under_way = under_way_.size() - dues_under_way_;
    if (!new_ones || dues_under_way_ < new_under_way) {
        return true;
    }
    return dues_under_way_ == new_under_way && dues_turn_;
}

/// Otherwise everything finished after an interrupted event would be delivered again after the next start.
void sink_worker_fsm::leave_behind(time_pair now) {
    for (; !waiting_.empty() && waiting_.front().what->sequence < done_; waiting_.pop_front()) {
        const auto& left = waiting_.front();
        notes_.emplace_back(next::leave{.row = {.sequence = left.what->sequence,
                                                .attempts = left.attempt - 1,
                                                .next_try = now.wall,
                                                .dead = false,
                                                .detail = "interrupted by a stop"}});
    }
}

action sink_worker_fsm::begin(bool again, time_pair now) {
    dues_turn_ = !again;
    auto batch = again ? due_.take(batch_limit_) : take_new();
    if (again) {
        ++dues_under_way_;
    }
    const bool all_taken = waiting_.empty() && position_ == newest_;
    gather_until_ = all_taken ? now.steady + gather_time_ : now.steady;
    const auto ticket = ++last_ticket_;
    under_way_.emplace(ticket, under_way{.batch = batch, .epoch = backoff_.epoch(), .again = again, .begun = now});
    return next::deliver{.ticket = ticket, .batch = std::move(batch)};
}

std::vector<sinks::delivery> sink_worker_fsm::take_new() {
    const auto count = std::min(batch_limit_, waiting_.size());
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<sinks::delivery> batch{std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end)};
    waiting_.erase(waiting_.begin(), end);
    return batch;
}

/// With every slot taken or a probe in flight, only the end of a delivery can change anything.
next::wait sink_worker_fsm::rest(steady_time now) const {
    next::wait wait{.until = now + longest_wait, .commits = next::wake_on::nothing};
    const auto no_later_than = [&](steady_time time) { wait.until = std::min(wait.until, time); };
    if (stopping_) {
        return wait;
    }
    if (cursor() != told_) {
        no_later_than(told_at_ + filtered_step_);
    }
    if (now < gather_until_) {
        no_later_than(gather_until_);
        return wait;
    }
    const bool begins = may_begin(now);
    if (begins || (waiting_.empty() && under_way_.empty())) {
        const bool just_moved = now < moved_at_ + filtered_step_;
        wait.commits = just_moved ? next::wake_on::wanted_events : next::wake_on::all_events;
        if (just_moved) {
            no_later_than(moved_at_ + filtered_step_);
        }
        if (position_ < newest_) {
            no_later_than(read_at_);
        }
    }
    if (backoff_.down() && now < backoff_.until()) {
        no_later_than(backoff_.until());
    }
    if (const auto look = begins ? due_.look_at() : std::nullopt) {
        no_later_than(*look);
    }
    return wait;
}

void sink_worker_fsm::settle_one(const under_way& delivery, const sinks::delivery& what, const sinks::outcome& outcome,
                                 time_pair now) {
    if (!delivery.again && outcome.what != sinks::verdict::unavailable) {
        done_ = std::max(done_, what.what->sequence);
        finished_one_ = true;
    }
    switch (outcome.what) {
    case sinks::verdict::delivered:
        if (delivery.again || what.what->sequence <= rows_up_to_) {
            notes_.emplace_back(
                next::ack{.sequence = what.what->sequence, .made = attempt_of(outcome, delivery.begun, now)});
        }
        if (delivery.again) {
            due_.gone(what.what->sequence);
        }
        return;
    case sinks::verdict::unavailable:
        if (!failpoint("forget_unavailable")) {
            put_back(what, delivery.again);
        }
        return;
    case sinks::verdict::retry:
    case sinks::verdict::reject:
        failed(what, outcome, delivery, now);
        return;
    }
}

void sink_worker_fsm::failed(const sinks::delivery& what, const sinks::outcome& outcome, const under_way& delivery,
                             time_pair now) {
    const auto sequence = what.what->sequence;
    journal::failure row{.sequence = sequence,
                         .attempts = what.attempt,
                         .next_try = now.wall,
                         .dead = outcome.what == sinks::verdict::reject || what.attempt >= settings_.retry.attempts,
                         .detail = one_line(outcome.detail),
                         .made = attempt_of(outcome, delivery.begun, now)};
    if (row.dead) {
        due_.gone(sequence);
    } else {
        row.next_try =
            due_.failed(sequence, retry_delay(settings_.retry, what.attempt, outcome.retry_after, random_()), now);
    }
    notes_.emplace_back(next::nack{.row = std::move(row), .subject = what.what});
}

void sink_worker_fsm::put_back(const sinks::delivery& what, bool again) {
    if (again) {
        due_.put_back(what);
        return;
    }
    const auto sequence = [](const sinks::delivery& each) { return each.what->sequence; };
    waiting_.insert(std::ranges::lower_bound(waiting_, what.what->sequence, {}, sequence), what);
}

} // namespace hookd::delivery
