// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/time.hpp>
#include <hookd/journal/delivery_store.hpp>
#include <hookd/journal/event_log.hpp>
#include <hookd/journal/event_search.hpp>
#include <hookd/journal/settings.hpp>
#include <hookd/journal/storage_health.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hookd::journal {

/// A backend of the journal: all that it is to its users, each of which takes only the part that it needs. Once it is
/// closed or has failed, `append` answers `stopped`, and everything else that can fail an error.
class storage : public event_log, public delivery_store, public event_search, public storage_health {
public:
    virtual ~storage() = default;

    /// New limits from now on; `path` is ignored.
    virtual void configure(const journal_settings& bounds) = 0;

    /// Rejects further events, commits what is waiting, and closes. Blocking; once; not from an observer.
    virtual void close() = 0;
};

/// Called once, on the storage's thread, when a write or sync failed in a way that a retry cannot fix. By then nothing
/// is acknowledged any more; the process must exit and recover at its next start.
using failure_observer = std::function<void(std::string_view what)>;

struct observers {
    commit_observer committed;
    failure_observer failed;
};

/// Opens or creates the journal with the backend that the settings name. Errors: a path that cannot be written, another
/// process that has it open, a file that is not a journal or has a newer version, damage, a failed recovery.
result<std::unique_ptr<storage>> open(const journal_settings& settings, wall_clock clock, observers watch);

/// The libraries of the backends with their versions, a line each without its end: `SQLite 3.40.1`.
std::string backend_versions();

} // namespace hookd::journal
