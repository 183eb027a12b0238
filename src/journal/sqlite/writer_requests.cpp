// SPDX-License-Identifier: MIT
#include "journal/sqlite/writer.hpp"

#include <hookd/core/failpoint.hpp>

#include <spdlog/spdlog.h>

#include <utility>

/// Requests that the journal's thread handles between commits: reads, repairs, sinks to open.
namespace hookd::journal {

// Reads see what sinks reported before them, even if that cannot be committed now.
void writer::read(queue::work& work) {
    if (work.jobs.empty()) {
        return;
    }
    tables readable{events_, sinks_, past_, file_};
    auto said = failed_ ? changes() : queue_.take_changes();
    if (said.empty()) {
        fail_on_error(run_jobs(work, failed_ ? nullptr : &readable));
        return;
    }
    if (!commit_with(std::move(said), [&] { return run_jobs(work, &readable); })) {
        fail_on_error(run_jobs(work, failed_ ? nullptr : &readable));
    }
}

storage_result<void> writer::run_jobs(queue::work& work, tables* from) {
    storage_result<void> all;
    for (auto& job : work.jobs) {
        auto done = job(from, answers_);
        if (!done) {
            all = std::move(done);
            from = nullptr;
        }
    }
    work.jobs.clear();
    answers_.send();
    return all;
}

void writer::make_edits(queue::work& work) {
    for (auto& each : work.edits) {
        each.answer(make_edit(each), answers_);
    }
    work.edits.clear();
    answers_.send();
}

// Together with what sinks have reported before: if given back, that would overwrite the edit.
storage_result<void> writer::make_edit(edit& what) {
    if (failed_) {
        return std::unexpected(storage_error{storage_errc::broken, failure_});
    }
    tables all{events_, sinks_, past_, file_};
    auto said = failpoint("overwrite_repairs") ? changes() : queue_.take_changes();
    if (commit_with(std::move(said), [&] { return what.apply(all); })) {
        if (what.empties_log) {
            empty_log();
        }
        return {};
    }
    return std::unexpected(failed_ ? storage_error{storage_errc::broken, failure_}
                                   : storage_error{storage_errc::full, "no space on the journal's disk"});
}

void writer::empty_log() {
    const auto done = file_.checkpoint_and_truncate();
    if (!done && done.error().what == storage_errc::full) {
        spdlog::warn("journal: no space for a checkpoint: until there is some, what was deleted is still in the "
                     "write-ahead log");
        return;
    }
    fail_on_error(done);
}

void writer::open_sinks(queue::work& work) {
    if (work.opens.empty()) {
        return;
    }
    commit_changes(queue_.take_changes()); // first: once a sink is opened, its changes must be durable
    for (auto& request : work.opens) {
        request.answer.set_value(open_sink(request.sink));
    }
    work.opens.clear();
}

storage_result<sink_state> writer::open_sink(const sink_scope& sink) {
    const auto& name = sink.name;
    if (failed_) {
        return std::unexpected(storage_error{storage_errc::broken, "the journal has failed: " + failure_});
    }
    const auto done = file_.in_transaction([&] { return sinks_.open(sink, last_sequence_); });
    wrote_ = true;
    if (!done) {
        changes_failed({}, done.error());
        return std::unexpected(
            storage_error{done.error().what, "the journal cannot record sink " + name + ": " + done.error().message});
    }
    sinks_.committed();
    auto state = look_at_sink(name);
    if (!state) {
        fail(state.error());
        return std::unexpected(
            storage_error{state.error().what, "the journal cannot read sink " + name + ": " + state.error().message});
    }
    return *state;
}

// Earlier changes for this sink count, as in reads. If the disk is too full to store them, they count all the same: the
// sink would not look for rows that are only written once there is space.
storage_result<sink_state> writer::look_at_sink(const std::string& name) {
    std::optional<storage_result<sink_state>> state;
    if (auto said = queue_.take_changes(); !said.empty()) {
        commit_with(std::move(said), [&] {
            state = sinks_.state(name);
            return then(*state, [](const sink_state&) {});
        });
    }
    return state ? *state : sinks_.state(name);
}

} // namespace hookd::journal
