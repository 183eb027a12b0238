// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/age_clock.hpp"
#include "journal/sqlite/completion.hpp"
#include "journal/sqlite/database.hpp"
#include "journal/sqlite/event_table.hpp"
#include "journal/sqlite/history.hpp"
#include "journal/sqlite/ledger.hpp"
#include "journal/sqlite/queue.hpp"
#include "journal/sqlite/retention.hpp"
#include "journal/sqlite/space_monitor.hpp"
#include "journal/sqlite/tuning.hpp"

#include <hookd/core/time.hpp>
#include <hookd/journal/storage.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hookd::journal {

/// What the writer needs: everything that start-up has opened and checked.
struct opened_file {
    database file;
    event_table events;
    ledger sinks;
    history past;
    std::uint64_t last_sequence = 0;
    std::map<std::string, unix_millis> newest; ///< When each endpoint's newest event was accepted.
    std::optional<clock_record> clock;         ///< As the last run left it.
};

/// The journal's thread: takes what waits in the queue, makes it durable in one transaction, completes the requests,
/// and between commits reads, checkpoints and deletes old events. An event is reported as `stored` after its COMMIT
/// returned, which is after the sync. If COMMIT returns anything but success or "no space", it is unknown whether the
/// transaction will exist after a restart: every waiter gets `stopped`, and the writer never touches the file again.
class writer {
public:
    writer(opened_file& opened, queue& waiting, const journal_settings& settings, const tuning& limits,
           wall_clock clock, observers& watch, journal_metrics& counters);

    /// Before anything else.
    void begin();
    /// Processes the queue until it is closed and empty, then finishes.
    void run();
    /// Sleeps until there is work or `until`, and does it. False: that was the last of it.
    bool turn(queue::clock::time_point until);
    void finish();

    /// Any thread.
    void configure(const journal_settings& bounds) {
        space_.limit(bounds.max_size.bytes);
        metrics_.max_size_bytes = bounds.max_size.bytes;
        retention_.keep(bounds.retention);
    }

private:
    void append(queue::work& work);
    void store(queue::work& work);
    void tell_commit(queue::clock::duration took);
    storage_result<void> insert(std::span<append_request> batch);
    void answer_stored(std::span<append_request> batch);
    storage_result<void> answer_refused(std::span<append_request> batch);
    void answer_all(std::span<append_request> batch, append_outcome outcome);
    void answer(append_request& request, append_outcome outcome);

    void commit_changes(changes&& said);
    /// The sinks' changes and the work, in one transaction. False: it was rolled back and the changes are back in the
    /// queue, or the journal has failed.
    bool commit_with(changes&& said, const std::function<storage_result<void>()>& work);
    void changes_failed(changes&& said, const storage_error& why);
    void read(queue::work& work);
    storage_result<void> run_jobs(queue::work& work, tables* from);
    void make_edits(queue::work& work);
    storage_result<void> make_edit(edit& what);
    void empty_log();
    void open_sinks(queue::work& work);
    storage_result<sink_state> open_sink(const sink_scope& sink);
    storage_result<sink_state> look_at_sink(const std::string& name);

    void maintain();
    void index();
    void retain();
    clock_reading read_clocks() const { return {.wall = clock_(), .since_boot = limits_.since_boot()}; }
    void look_at_clock();
    void keep_clock(std::chrono::milliseconds oldest);
    void fail(const storage_error& why);
    void publish_space();
    void fail_on_error(const storage_result<void>& done);

    database& file_;
    event_table& events_;
    ledger& sinks_;
    history& past_;
    queue& queue_;
    const tuning limits_;
    const wall_clock clock_;
    observers& watch_;
    journal_metrics& metrics_;
    space_monitor space_;
    retention retention_;
    age_clock ages_;
    std::optional<clock_record> kept_clock_;
    bool told_clock_ = false;

    queue::work work_;
    completion_batch answers_;
    std::vector<event_ptr> fresh_; // stored by the current batch
    std::uint64_t last_sequence_;
    unsigned commits_since_step_ = 0;
    bool indexing_ = false; // there may be more blocks to add
    bool wrote_ = false;    // since the file was last maintained
    bool failed_ = false;
    std::string failure_;
};

} // namespace hookd::journal
