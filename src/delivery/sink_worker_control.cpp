// SPDX-License-Identifier: MIT
#include "delivery/sink_worker.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace hookd::delivery {

namespace asio = boost::asio;

void sink_worker::mark_wanted(std::span<const event_ptr> events, std::vector<bool>& wanted) {
    auto last = last_wanted_.load();
    bool all_read = position_ >= last;
    if (events.front()->sequence != marked_up_to_ + 1) {
        last = events.front()->sequence - 1; // what was before is unknown
        all_read = false;
    }
    marked_any_ = false;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto& each = *events[i];
        if (wants_head(settings_.filters, each)) { // commits do not wait for a look at bodies
            if (!marked_any_ && all_read) {
                first_wanted_ = each.sequence;
            }
            wanted[i] = true;
            marked_any_ = true;
            last = each.sequence;
        }
    }
    marked_up_to_ = events.back()->sequence;
    last_wanted_ = last;
}

void sink_worker::committed() {
    const auto waits_for = wake_on_.load();
    const bool has_come =
        waits_for == next::wake_on::all_events || (waits_for == next::wake_on::wanted_events && marked_any_);
    if (has_come && wake_on_.exchange(next::wake_on::nothing) != next::wake_on::nothing) {
        asio::post(context_, [this] { wake_.cancel(); });
    }
}

std::uint64_t sink_worker::has_read() const {
    const auto position = position_.load();
    return position >= last_wanted_ ? UINT64_MAX
                                    : std::max(position, std::max(first_wanted_.load(), std::uint64_t{1}) - 1);
}

void sink_worker::look_again() {
    look_again_ = true;
    asio::post(context_, [this] { wake_.cancel(); });
}

void sink_worker::pause(bool paused) {
    paused_ = paused ? pausing::yes : pausing::no;
    asio::post(context_, [this] { wake_.cancel(); });
}

void sink_worker::reopen() {
    asio::post(context_, [this] { sink_->reopen(); });
}

void sink_worker::stop() {
    stopping_ = true;
    asio::post(context_, [this] { wake_.cancel(); });
}

void sink_worker::cancel() {
    asio::post(context_, [this] {
        for (auto& [ticket, delivery] : under_way_) {
            delivery.cancel.emit(asio::cancellation_type::terminal);
        }
    });
}

/// For how long the thread has not responded, beyond the time that its sink may take.
std::chrono::milliseconds sink_worker::stalled_for() {
    const auto now = heartbeat::clock::now();
    const auto silent =
        heartbeat_.stalled_for(now) - settings_.timeout - overtime_; // a sink may block its sink worker for so long
    if (heartbeat_.ask(now)) {
        asio::post(context_, [this] { heartbeat_.answer(); });
    }
    return std::max(silent, std::chrono::milliseconds{0});
}

void sink_worker::look_for_hanging() {
    set_hanging(stalled_for() > std::chrono::milliseconds{0} || (hangs_ && !at_work_));
}

void sink_worker::set_hanging(bool hangs) {
    if (hangs && !hangs_) {
        hangs_since_ = clock_().time_since_epoch().count();
        spdlog::error("sink {}: hangs, its events wait: a system call has not returned in time; check the disk, the "
                      "mount or the program that the sink uses",
                      settings_.name);
    } else if (!hangs && hangs_) {
        spdlog::info("sink {}: no longer hangs", settings_.name);
    }
    hangs_ = hangs;
}

sink_metrics sink_worker::metrics() const {
    sink_metrics shown;
    shown.name = settings_.name;
    shown.type = settings_.type;
    shown.filters = settings_.filters;
    shown.paused = paused_ == pausing::yes;
    metrics_.read_into(shown);
    shown.hangs = hangs_;
    if (shown.hangs) {
        shown.outage = {.at = unix_millis{std::chrono::milliseconds{hangs_since_}},
                        .detail = "a system call has not returned in time"};
    }
    if (shown.hangs || shown.paused) {
        shown.next_try.reset();
    }
    const auto newest = newest_events_->newest();
    if (shown.reached >= last_wanted_) { // the rest is filtered out, though its cursor has yet to pass it
        shown.reached = std::max(shown.reached, newest);
    }
    if (!shown.oldest && shown.reached < newest) {
        // A sink worker that has not reached it yet, or reads nothing, has no age of its own.
        if (const auto next = newest_events_->after(shown.reached, 1, 1); next && !next->events.empty()) {
            shown.oldest = next->events.front()->accepted;
        }
    }
    return shown;
}

bool sink_worker::ended_before(steady_time deadline) {
    return thread_.join_before(deadline);
}

void sink_worker::detach() {
    journal_.revoke();
    detached_.emplace();
    thread_.detach();
}

} // namespace hookd::delivery
