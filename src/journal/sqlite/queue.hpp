// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/changes.hpp"
#include "journal/sqlite/completion.hpp"
#include "journal/sqlite/then.hpp"
#include "journal/sqlite/tuning.hpp"

#include <hookd/core/heartbeat.hpp>
#include <hookd/core/mutex.hpp>
#include <hookd/journal/storage.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hookd::journal {

class event_table;
class history;
class ledger;

/// An event that waits to be stored, and who waits for it.
struct append_request {
    std::shared_ptr<event> subject;
    completion<append_outcome> answer;
    bool answered = false;
};

/// What may be read between two commits.
struct tables {
    event_table& events;
    ledger& sinks;
    history& past;
    database& file;
};

/// A read. Puts its answer into the completion_batch, an error where there are no tables any more or they cannot be
/// read.
using job = std::move_only_function<storage_result<void>(tables* from, completion_batch& answers)>;

/// A change that a caller waits for.
struct edit {
    std::move_only_function<storage_result<void>(tables& of)>
        apply;                ///< Within a transaction; not called where there is none.
    bool empties_log = false; ///< Nothing of what was there before may stay in the write-ahead log.
    std::move_only_function<void(storage_result<void> became, completion_batch& answers)> answer;
};

struct open_request {
    sink_scope sink;
    std::promise<storage_result<sink_state>> answer;
};

/// Everything that waits for the journal's thread. Bounded; any thread puts in, the journal's thread takes out.
class queue {
public:
    using clock = std::chrono::steady_clock;

    struct work {
        std::vector<append_request> appends;
        std::vector<job> jobs;
        std::vector<open_request> opens;
        std::vector<edit> edits;
        changes said;         ///< Filled when a commit is due for them anyway.
        bool closing = false; ///< This is the last of it, and nothing new comes any more.
    };

    explicit queue(const tuning& limits) : limits_(limits) {}

    /// Takes the request, or leaves it as it is and says why.
    std::optional<append_outcome> put(append_request& request);
    /// False, and left as it is: closed.
    bool put(job& what);
    bool put(open_request& request);
    bool put(edit& what);
    /// Whether an append would be refused as `busy`, or as `stopped`; nothing: neither.
    std::optional<append_outcome> refuses();

    /// False: closed.
    bool commit_cursor(std::string_view sink, std::uint64_t cursor);
    bool nack(std::string_view sink, failure what);
    bool ack(std::string_view sink, std::uint64_t sequence, attempt made);

    /// Journal's thread: sleeps until there is work or `until`, and takes a bounded part of it. On a full disk failures
    /// cannot be written and accumulate here; past a limit reads have to wait, so that sink workers get no more events
    /// that could fail.
    void take(work& into, clock::time_point until, bool disk_full);
    /// Journal's thread: whether an append waits.
    bool append_waits();
    /// Journal's thread: what sinks have said so far.
    changes take_changes();
    /// Journal's thread: the appends of the last `take` are completed and no longer counted.
    void release(const work& done);
    /// Journal's thread: these could not be committed; they become due again after `delay`.
    void give_back(changes&& said, std::chrono::milliseconds delay);

    /// Rejects everything new from now on.
    void close();

    /// Watchdog thread: for how long the journal's thread has not responded to the last request; sends another one.
    std::chrono::milliseconds stalled_for();

private:
    template <class Change>
    bool note(Change&& change);
    template <class Request>
    bool put_into(std::vector<Request> queue::* waiting, Request& what);
    bool ready(bool disk_full) const HOOKD_REQUIRES(mutex_);
    bool jobs_held(bool disk_full) const HOOKD_REQUIRES(mutex_);
    void gather(mutex_lock& held) HOOKD_REQUIRES(mutex_);
    void take_appends(work& into) HOOKD_REQUIRES(mutex_);
    /// Wakes the thread where it sleeps, once the lock is given back.
    void wake(mutex_lock& held) HOOKD_REQUIRES(mutex_) HOOKD_RELEASES(held);

    const tuning limits_;
    mutex mutex_;
    condition_variable awake_;
    bool sleeping_ HOOKD_GUARDED_BY(mutex_) = false;
    clock::time_point sleeps_until_ HOOKD_GUARDED_BY(mutex_); // while it does
    bool gathering_ HOOKD_GUARDED_BY(mutex_) = false;
    bool closed_ HOOKD_GUARDED_BY(mutex_) = false;
    heartbeat heartbeat_;
    bool asked_ HOOKD_GUARDED_BY(mutex_) = false;            // by the watchdog
    std::size_t last_batch_ HOOKD_GUARDED_BY(mutex_) = 0;    // the appends of the last `take` that brought some
    clock::time_point last_began_ HOOKD_GUARDED_BY(mutex_);  // its end: the beginning of their commit
    clock::time_point last_stored_ HOOKD_GUARDED_BY(mutex_); // the same by the clock of the intervals
    std::vector<append_request> appends_ HOOKD_GUARDED_BY(mutex_);
    std::vector<job> jobs_ HOOKD_GUARDED_BY(mutex_);
    std::vector<open_request> opens_ HOOKD_GUARDED_BY(mutex_);
    std::vector<edit> edits_ HOOKD_GUARDED_BY(mutex_);
    changes said_ HOOKD_GUARDED_BY(mutex_);
    std::optional<clock::time_point> said_due_ HOOKD_GUARDED_BY(mutex_);
    std::size_t waiting_ HOOKD_GUARDED_BY(mutex_) = 0; // these two: appends queued and in the commit under way
    std::size_t waiting_bytes_ HOOKD_GUARDED_BY(mutex_) = 0;
};

} // namespace hookd::journal
