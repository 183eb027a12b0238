// SPDX-License-Identifier: MIT
#include "journal/sqlite/writer.hpp"

#include <hookd/core/failpoint.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace hookd::journal {

namespace {

/// Ordinary stops and restarts are no news.
constexpr std::chrono::hours clock_ahead_told{1};
/// What is kept of the clock may be wrong by this.
constexpr std::chrono::minutes clock_tolerance{1};

std::optional<unix_millis> newest_of(const opened_file& file) {
    std::optional<unix_millis> newest;
    for (const auto& [endpoint, accepted] : file.newest) {
        newest = std::max(newest.value_or(accepted), accepted);
    }
    return newest;
}

} // namespace

writer::writer(opened_file& opened, queue& waiting, const journal_settings& settings, const tuning& limits,
               wall_clock clock, observers& watch, journal_metrics& counters)
    : file_(opened.file), events_(opened.events), sinks_(opened.sinks), past_(opened.past), queue_(waiting),
      limits_(limits), clock_(clock), watch_(watch), metrics_(counters),
      space_(opened.file, settings.max_size.bytes, limits),
      retention_(opened.file, opened.events, opened.sinks, opened.past.blocks(), settings.retention, limits),
      ages_(limits.boot(), opened.clock, newest_of(opened), read_clocks()), kept_clock_(opened.clock),
      last_sequence_(opened.last_sequence) {
    sinks_.publish_on(counters.sinks);
    metrics_.max_size_bytes = settings.max_size.bytes;
}

void writer::run() {
    while (turn(failed_ ? queue::clock::time_point::max() : indexing_ ? queue::clock::now() : retention_.next())) {
    }
    finish();
}

void writer::begin() {
    look_at_clock();
    if (limits_.retains) {
        keep_clock(limits_.clock_keep);
    }
    if (!failed_) {
        fail_on_error(space_.measure());
    }
    publish_space();
}

bool writer::turn(queue::clock::time_point until) {
    queue_.take(work_, until, space_.disk_is_full());
    append(work_);
    open_sinks(work_);
    make_edits(work_);
    read(work_);
    maintain();
    publish_space();
    return !work_.closing;
}

void writer::append(queue::work& work) {
    // When events may be rejected, cursors and failures, which need little space, are committed separately.
    if (work.appends.empty() || space_.disk_is_full() || !space_.allows_more()) {
        commit_changes(std::exchange(work.said, {}));
    }
    if (work.appends.empty()) {
        return;
    }
    if (failpoint("answer_before_commit")) {
        answer_all(work.appends, append_outcome::stored);
        answers_.send();
    }
    if (!failed_) {
        store(work);
    }
    if (failed_) {
        answer_all(work.appends, append_outcome::stopped);
    }
    queue_.release(work);
    work.appends.clear();
    answers_.send();
    for (const auto& each : fresh_) {
        past_.blocks().note(*each);
    }
    if (!fresh_.empty() && watch_.committed) {
        watch_.committed(fresh_);
    }
    fresh_.clear();
}

void writer::store(queue::work& work) {
    if (!space_.allows_more()) { // as of the last commit; max_size may have changed since then
        fail_on_error(space_.measure());
    }
    if (failed_) {
        return;
    }
    if (!space_.allows_more()) {
        commit_changes(std::exchange(work.said, {}));
        if (!failed_) {
            fail_on_error(answer_refused(work.appends));
        }
        return;
    }
    const auto before = last_sequence_;
    const auto began = queue::clock::now();
    const auto done = file_.in_transaction(
        [&] { return then(sinks_.apply(work.said, clock_()), [&] { return insert(work.appends); }); });
    wrote_ = true;
    if (done) {
        if (!fresh_.empty()) {
            space_.disk_had_space();
            tell_commit(queue::clock::now() - began);
        }
        work.said = changes(); // applied again in the next turn, it would undo a repair made in this one
        events_.committed();
        sinks_.committed();
        answer_stored(work.appends);
        return;
    }
    last_sequence_ = before;
    fresh_.clear();
    events_.rolled_back();
    changes_failed(std::exchange(work.said, {}), done.error());
    if (!failed_) {
        fail_on_error(answer_refused(work.appends));
    }
}

void writer::tell_commit(queue::clock::duration took) {
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    metrics_.stored += fresh_.size();
    ++metrics_.commits;
    metrics_.batch_events.observe(fresh_.size());
    metrics_.commit_microseconds.observe(static_cast<std::uint64_t>(microseconds));
}

storage_result<void> writer::insert(std::span<append_request> batch) {
    for (auto& request : batch) {
        request.subject->sequence = last_sequence_ + 1;
        const auto added = events_.insert(*request.subject);
        if (!added) {
            return std::unexpected(added.error());
        }
        if (*added) {
            ++last_sequence_;
            fresh_.push_back(request.subject);
        } else {
            request.subject->sequence = 0;
        }
    }
    return {};
}

void writer::answer_stored(std::span<append_request> batch) {
    metrics_.last_sequence = last_sequence_;
    ++commits_since_step_;
    for (auto& request : batch) {
        answer(request, request.subject->sequence != 0 ? append_outcome::stored : append_outcome::duplicate);
    }
}

// A duplicate of a stored event needs no space, and is safe whatever the disk does.
storage_result<void> writer::answer_refused(std::span<append_request> batch) {
    for (auto& request : batch) {
        const auto known = events_.holds(request.subject->endpoint, request.subject->id);
        if (!known) {
            return std::unexpected(known.error());
        }
        answer(request, *known || failpoint("full_is_done") ? append_outcome::duplicate : append_outcome::full);
    }
    return {};
}

void writer::answer_all(std::span<append_request> batch, append_outcome outcome) {
    for (auto& request : batch) {
        answer(request, outcome);
    }
}

void writer::answer(append_request& request, append_outcome outcome) {
    if (std::exchange(request.answered, true)) {
        return;
    }
    answers_.put(request.answer, outcome);
}

void writer::commit_changes(changes&& said) {
    if (!said.empty() && !failed_) {
        commit_with(std::move(said), [] { return storage_result<void>(); });
    }
}

bool writer::commit_with(changes&& said, const std::function<storage_result<void>()>& work) {
    const auto done = file_.in_transaction([&] { return then(sinks_.apply(said, clock_()), work); });
    wrote_ = true;
    if (done) {
        sinks_.committed();
        return true;
    }
    changes_failed(std::move(said), done.error());
    return false;
}

void writer::changes_failed(changes&& said, const storage_error& why) {
    sinks_.rolled_back();
    if (why.what == storage_errc::broken) {
        fail(why);
        return;
    }
    if (!said.empty()) {
        queue_.give_back(std::move(said), limits_.changes_retry);
    }
    fail_on_error(space_.disk_was_full(why));
}

void writer::maintain() {
    if (!failed_) {
        fail_on_error(std::exchange(wrote_, false) ? space_.measure() : file_.check_files());
    }
    look_at_clock();
    // Appends go before retention, but not indefinitely.
    const bool yields = queue_.append_waits() && commits_since_step_ < limits_.commits_a_step;
    if (failed_ || !limits_.retains || yields) {
        return;
    }
    index();
    if (!failed_ && limits_.now() >= retention_.next()) {
        retain();
    }
}

// One block at a time. A search that finds a block missing only takes longer.
void writer::index() {
    indexing_ = false;
    if (space_.disk_is_full()) {
        return;
    }
    const auto added = past_.blocks().add_next(file_, last_sequence_);
    if (added) {
        indexing_ = *added;
        metrics_.indexed_blocks += *added ? 1 : 0;
        wrote_ = wrote_ || *added;
    } else if (added.error().what == storage_errc::broken) {
        fail(added.error());
    }
}

void writer::look_at_clock() {
    ages_.read(read_clocks());
    const auto ahead = ages_.ahead();
    metrics_.clock_ahead_milliseconds = ahead.count();
    if (ahead >= clock_ahead_told && !std::exchange(told_clock_, true)) {
        spdlog::warn("journal: the clock is {} ahead of the time that is known to have passed: it was set forward, or "
                     "the machine was off; for {}, retention ignores the difference and deletes no event because of it",
                     to_text(std::chrono::round<std::chrono::minutes>(ahead)),
                     to_text(std::chrono::round<std::chrono::minutes>(age_clock::trial(ahead))));
    } else if (ahead < clock_ahead_told && std::exchange(told_clock_, false)) {
        spdlog::warn("journal: the clock is no longer ahead of the time that is known to have passed, retention "
                     "follows it again");
    }
}

// An error while saving the clock never costs an event.
void writer::keep_clock(std::chrono::milliseconds oldest) {
    const auto now = ages_.record(read_clocks());
    if (kept_clock_ && kept_clock_->boot == now.boot) {
        const auto passed = now.since_boot - kept_clock_->since_boot;
        const auto differs = [](auto a, auto b) { return std::chrono::abs(a - b) >= clock_tolerance; };
        if (passed < oldest && !differs(now.time, kept_clock_->time + passed) &&
            !differs(now.ahead, kept_clock_->ahead)) {
            return;
        }
    }
    const auto done = file_.in_transaction([&] { return save_clock(file_, now); });
    if (done) {
        kept_clock_ = now;
    } else if (done.error().what == storage_errc::broken) {
        fail(done.error());
    }
}

void writer::retain() {
    commits_since_step_ = 0;
    keep_clock(limits_.clock_keep);
    if (failed_) {
        return;
    }
    const auto erased = retention_.step(ages_.read(read_clocks()), last_sequence_);
    metrics_.sweeps = retention_.sweeps();
    if (!erased) {
        if (erased.error().what == storage_errc::broken) {
            fail(erased.error());
        }
        return;
    }
    if (*erased > 0) {
        metrics_.erased += *erased;
        ++metrics_.erase_steps;
        fail_on_error(space_.measure());
    }
}

void writer::finish() {
    if (failed_) {
        if (watch_.failed) {
            watch_.failed(failure_);
        }
        return;
    }
    commit_changes(queue_.take_changes());
    if (failed_) {
        finish();
        return;
    }
    if (limits_.retains) {
        keep_clock(clock_tolerance);
    }
    if (failed_) {
        finish();
        return;
    }
    if (!queue_.take_changes().empty()) {
        spdlog::warn("journal: closed on a full disk, some delivered events will be delivered again");
    }
    if (const auto done = file_.checkpoint_and_truncate(); !done) {
        spdlog::warn("journal: closed without a checkpoint, the next start does it: {}", done.error().message);
    }
}

void writer::fail(const storage_error& why) {
    if (failed_) {
        return;
    }
    failed_ = true;
    metrics_.failed = true;
    failure_ = why.message;
    spdlog::critical("journal: stopped, nothing is accepted until the daemon is restarted: {}", why.message);
    queue_.close();
}

void writer::publish_space() {
    metrics_.size_bytes = space_.used();
    metrics_.disk_full = space_.disk_is_full();
    metrics_.over_size = !space_.allows_more();
}

void writer::fail_on_error(const storage_result<void>& done) {
    if (!done) {
        fail(done.error());
    }
}

} // namespace hookd::journal
