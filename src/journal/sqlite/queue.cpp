// SPDX-License-Identifier: MIT
#include "journal/sqlite/queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hookd::journal {

namespace {

std::size_t weight(const append_request& request) {
    const auto& what = *request.subject;
    return sizeof(event) + what.body.size() + what.signature.size() + what.document.size() + what.collection.size() +
           what.type.size() + what.id.size();
}

} // namespace

std::optional<append_outcome> queue::put(append_request& request) {
    const auto bytes = weight(request);
    mutex_lock held(mutex_);
    if (closed_) {
        return append_outcome::stopped;
    }
    if (waiting_ > 0 && (waiting_ >= limits_.most_waiting || waiting_bytes_ + bytes > limits_.most_waiting_bytes)) {
        return append_outcome::busy;
    }
    ++waiting_;
    waiting_bytes_ += bytes;
    appends_.push_back(std::move(request));
    sleeping_ = sleeping_ || (gathering_ && appends_.size() == limits_.gather_events);
    wake(held);
    return std::nullopt;
}

std::optional<append_outcome> queue::refuses() {
    const mutex_lock held(mutex_);
    if (closed_) {
        return append_outcome::stopped;
    }
    const bool crowded = waiting_ >= limits_.most_waiting || waiting_bytes_ >= limits_.most_waiting_bytes;
    return crowded ? std::optional(append_outcome::busy) : std::nullopt;
}

template <class Request>
bool queue::put_into(std::vector<Request> queue::* waiting, Request& what) {
    mutex_lock held(mutex_);
    if (closed_) {
        return false;
    }
    (this->*waiting).push_back(std::move(what));
    wake(held);
    return true;
}

bool queue::put(job& what) {
    return put_into(&queue::jobs_, what);
}

bool queue::put(open_request& request) {
    return put_into(&queue::opens_, request);
}

bool queue::put(edit& what) {
    return put_into(&queue::edits_, what);
}

bool queue::commit_cursor(std::string_view sink, std::uint64_t cursor) {
    return note([&](changes& said) { said.commit_cursor(sink, cursor); });
}

bool queue::nack(std::string_view sink, failure what) {
    return note([&](changes& said) { said.nack(sink, std::move(what)); });
}

bool queue::ack(std::string_view sink, std::uint64_t sequence, attempt made) {
    return note([&](changes& said) { said.ack(sink, sequence, std::move(made)); });
}

template <class Change>
bool queue::note(Change&& change) {
    mutex_lock held(mutex_);
    if (closed_) {
        return false;
    }
    std::forward<Change>(change)(said_);
    // The first change wakes the thread, which then sleeps until they are due, unless a commit takes them along.
    if (!said_due_) {
        said_due_ = limits_.now() + limits_.changes_delay;
        if (sleeps_until_ > *said_due_) {
            wake(held);
        }
    }
    return true;
}

void queue::wake(mutex_lock& held) {
    const bool asleep = std::exchange(sleeping_, false);
    held.unlock();
    if (asleep) {
        awake_.notify_one();
    }
}

bool queue::jobs_held(bool disk_full) const {
    return disk_full && !closed_ && said_.failures() > limits_.most_waiting_changes;
}

bool queue::ready(bool disk_full) const {
    return closed_ || asked_ || !appends_.empty() || !opens_.empty() || !edits_.empty() ||
           (!jobs_.empty() && !jobs_held(disk_full));
}

std::chrono::milliseconds queue::stalled_for() {
    const auto now = heartbeat::clock::now();
    const auto silent = heartbeat_.stalled_for(now);
    if (heartbeat_.ask(now)) {
        mutex_lock held(mutex_);
        asked_ = true;
        wake(held);
    }
    return silent;
}

bool queue::append_waits() {
    const mutex_lock held(mutex_);
    return !appends_.empty();
}

void queue::take(work& into, clock::time_point until, bool disk_full) {
    mutex_lock held(mutex_);
    while (!ready(disk_full)) {
        auto end = std::min(until, said_due_.value_or(until));
        const auto now = limits_.now();
        if (now >= end) {
            break;
        }
        // The sinks soon say what they have done with the events of a commit: that need not wake the thread.
        if (now < last_stored_ + limits_.changes_delay) {
            end = std::min(end, last_stored_ + limits_.changes_delay);
        }
        sleeps_until_ = end;
        sleeping_ = true;
        if (end == clock::time_point::max()) {
            awake_.wait(held);
        } else {
            awake_.wait_until(held, end);
        }
        sleeping_ = false;
    }
    asked_ = false;
    heartbeat_.answer();
    gather(held);
    take_appends(into);
    if (!into.appends.empty()) {
        last_batch_ = into.appends.size();
        last_began_ = clock::now();
        last_stored_ = limits_.now();
    }
    const auto jobs = jobs_held(disk_full) ? 0 : std::min(jobs_.size(), limits_.jobs_a_round);
    const auto jobs_end = jobs_.begin() + static_cast<std::ptrdiff_t>(jobs);
    into.jobs.assign(std::move_iterator(jobs_.begin()), std::move_iterator(jobs_end));
    jobs_.erase(jobs_.begin(), jobs_end);
    into.opens = std::exchange(opens_, {});
    into.edits = std::exchange(edits_, {});
    into.closing = closed_ && appends_.empty() && jobs_.empty();
    if (!into.appends.empty() || closed_ || (said_due_ && limits_.now() >= *said_due_)) {
        into.said = std::exchange(said_, {});
        said_due_.reset();
    }
}

// A commit costs nearly the same for few events as for many: under load it saves syncs, wake-ups and pages written
// twice to begin the next no sooner than `commit_pace` after the last. But `gather_events` are enough for one commit,
// and the next ones are read while it lasts; if a short wait brings nothing, all senders may be waiting for responses;
// and a single event after a single one has no others to wait for. Meanwhile only the event that completes the number
// notifies.
void queue::gather(mutex_lock& held) {
    if (last_batch_ <= 1 && appends_.size() <= 1) {
        return;
    }
    const auto until = last_began_ + limits_.commit_pace;
    std::size_t seen = 0;
    while (!closed_ && appends_.size() > seen && appends_.size() < limits_.gather_events && clock::now() < until) {
        seen = appends_.size();
        gathering_ = true;
        awake_.wait_until(held, clock::now() + limits_.gather_wait);
        gathering_ = false;
    }
}

void queue::take_appends(work& into) {
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (count < appends_.size() && count < limits_.batch_events && bytes < limits_.batch_bytes) {
        bytes += weight(appends_[count]);
        ++count;
    }
    into.appends.clear();
    if (count == appends_.size()) {
        into.appends.swap(appends_);
        return;
    }
    const auto end = appends_.begin() + static_cast<std::ptrdiff_t>(count);
    into.appends.assign(std::move_iterator(appends_.begin()), std::move_iterator(end));
    appends_.erase(appends_.begin(), end);
}

changes queue::take_changes() {
    const mutex_lock held(mutex_);
    said_due_.reset();
    return std::exchange(said_, {});
}

void queue::release(const work& done) {
    std::size_t bytes = 0;
    for (const auto& request : done.appends) {
        bytes += weight(request);
    }
    const mutex_lock held(mutex_);
    waiting_ -= done.appends.size();
    waiting_bytes_ -= bytes;
}

void queue::give_back(changes&& said, std::chrono::milliseconds delay) {
    const mutex_lock held(mutex_);
    said_.add_older(std::move(said));
    said_due_ = limits_.now() + delay;
}

void queue::close() {
    mutex_lock held(mutex_);
    closed_ = true;
    wake(held);
}

} // namespace hookd::journal
