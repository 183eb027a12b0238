// SPDX-License-Identifier: MIT
#include "delivery/sink_worker_metrics.hpp"

#include "delivery/detail.hpp"

#include <hookd/core/text.hpp>

#include <algorithm>
#include <chrono>
#include <string>

namespace hookd::delivery {

namespace {

/// What is kept of an error's text, in bytes.
constexpr std::size_t longest_detail = 512;

unix_millis::rep to_rep(std::optional<unix_millis> time) {
    return time ? time->time_since_epoch().count() : 0;
}

std::optional<unix_millis> from_rep(unix_millis::rep time) {
    return time != 0 ? std::optional{unix_millis{std::chrono::milliseconds{time}}} : std::nullopt;
}

/// Never before now: what is overdue is tried next.
std::optional<unix_millis> on_the_wall(std::optional<steady_time> time, time_pair now) {
    return time ? std::optional{now.wall +
                                std::chrono::ceil<std::chrono::milliseconds>(std::max(*time, now.steady) - now.steady)}
                : std::nullopt;
}

} // namespace

void sink_worker_metrics::began(const std::vector<std::uint64_t>& events, time_pair now) {
    const mutex_lock lock{mutex_};
    in_flight_.insert(in_flight_.end(), events.begin(), events.end());
    attempts_.add(events.size(), now.steady);
}

void sink_worker_metrics::ended(const std::vector<std::uint64_t>& events, const std::vector<sinks::outcome>& outcomes,
                                time_pair now) {
    const auto failed = std::ranges::find_if_not(
        outcomes, [](auto what) { return what == sinks::verdict::delivered; }, &sinks::outcome::what);
    const auto unavailable = std::ranges::find(outcomes, sinks::verdict::unavailable, &sinks::outcome::what);
    {
        // A batch stands together, behind those that began before it.
        const mutex_lock lock{mutex_};
        const auto batch = std::ranges::search(in_flight_, events);
        in_flight_.erase(batch.begin(), batch.end());
        if (unavailable != outcomes.end()) {
            note(unavailable->detail, true, now);
        } else if (failed != outcomes.end()) {
            note(failed->detail, false, now);
        }
    }
    for (const auto& each : outcomes) {
        delivered_ += each.what == sinks::verdict::delivered ? 1 : 0;
        rejected_ += each.what == sinks::verdict::reject ? 1 : 0;
    }
}

/// `unavailable`: the reason of an outage that goes on.
void sink_worker_metrics::note(std::string_view detail, bool unavailable, time_pair now) {
    last_error_ = {.at = now.wall, .detail = std::string{utf8_prefix(one_line(detail), longest_detail)}};
    if (outage_ && unavailable) {
        outage_->detail = last_error_->detail;
    }
}

void sink_worker_metrics::look_at(const sink_worker_fsm& plan, time_pair now) {
    reached_ = plan.cursor();
    oldest_ = to_rep(plan.oldest());
    next_try_ = to_rep(on_the_wall(plan.next_try(), now));
    if (plan.on_hold() == unavailable_) {
        return;
    }
    unavailable_ = plan.on_hold();
    const mutex_lock lock{mutex_};
    outage_.reset();
    if (unavailable_) { // since its last delivery, which is the last error
        outage_ = last_error_.value_or(sink_error{.at = now.wall, .detail = {}});
    }
}

void sink_worker_metrics::not_built(std::string_view why, time_pair now) {
    unavailable_ = true;
    const mutex_lock lock{mutex_};
    note(why, true, now);
    outage_ = outage_.value_or(*last_error_);
}

void sink_worker_metrics::read_into(sink_metrics& shown) const {
    shown.delivered = delivered_;
    shown.retried = retried_;
    shown.rejected = rejected_;
    {
        const mutex_lock lock{mutex_};
        shown.delivering = in_flight_;
        shown.attempts_per_minute = attempts_.count(std::chrono::steady_clock::now());
        shown.last_error = last_error_;
        shown.outage = outage_;
    }
    shown.in_flight = shown.delivering.size();
    shown.reached = reached_;
    shown.oldest = from_rep(oldest_);
    shown.next_try = from_rep(next_try_);
}

} // namespace hookd::delivery
