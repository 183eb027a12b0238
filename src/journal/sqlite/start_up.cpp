// SPDX-License-Identifier: MIT
#include "journal/sqlite/start_up.hpp"

#include "journal/sqlite/file_check.hpp"
#include "journal/sqlite/schema.hpp"

#include <hookd/core/failpoint.hpp>

#include <utility>

namespace hookd::journal {

namespace {

// Enough to notice a file that was torn at its end; a look at the whole would take minutes.
constexpr std::size_t newest_checked = 64;
// Their times only: a few pages for each.
constexpr std::size_t newest_looked_at = 4096;

error cannot_open(const std::string& path, const storage_error& why) {
    if (why.what == storage_errc::full) {
        return {"no space left on the disk of the journal " + path + ": " + why.message +
                "; free some and start again"};
    }
    return {"cannot use the journal " + path + ": " + why.message +
            "; if another program has it open, stop that program; if the file is damaged, move it and " + path +
            "-wal away to start with an empty journal, and see docs/journal.md on how to save its events"};
}

error not_ours(const std::string& path, schema_state what) {
    if (what == schema_state::newer) {
        return {"the journal " + path + " was written by a newer colivara-hookd: run that version again"};
    }
    return {path + " is not a journal of colivara-hookd and was left unchanged: set journal.path to another file, or "
                   "move this one away"};
}

storage_result<opened_file> prepare(database file) {
    auto events = event_table::prepare(file);
    if (!events) {
        return std::unexpected(events.error());
    }
    auto sinks = ledger::prepare(file);
    if (!sinks) {
        return std::unexpected(sinks.error());
    }
    auto past = history::prepare(file);
    if (!past) {
        return std::unexpected(past.error());
    }
    auto last = then(events->check_newest(newest_checked), [&] { return events->highest_ever(); });
    if (!last) {
        return std::unexpected(last.error());
    }
    auto newest = events->newest_accepted(newest_looked_at);
    if (!newest) {
        return std::unexpected(newest.error());
    }
    auto clock = load_clock(file);
    if (!clock) {
        return std::unexpected(clock.error());
    }
    return opened_file{std::move(file), std::move(*events), std::move(*sinks), std::move(*past),
                       *last,           std::move(*newest), std::move(*clock)};
}

// A commit that died inside its sync can be visible here without being on the disk. Copying the log into the file and
// syncing that makes everything visible durable, before a sender is told that it is a duplicate of it. The log itself
// comes first: that it is empty then is durable only with the next commit's sync. Until then a power failure brings
// back what the disk has of the log, which must not be an older state than the file's.
storage_result<void> make_durable(database& file, schema_state found) {
    const bool trusting = failpoint("no_start_checkpoint");
    const auto renewed = trusting ? storage_result<void>() : file.renew_log();
    const auto ready = then(then(renewed, [&] { return file.use_write_ahead_log(); }), [&] {
        return found == schema_state::none    ? create_schema(file)
               : found == schema_state::older ? upgrade_schema(file)
                                              : storage_result<void>();
    });
    return then(ready, [&] { return trusting ? storage_result<void>() : file.checkpoint_and_truncate(); });
}

} // namespace

result<std::unique_ptr<started>> start_up(const std::string& given) {
    const auto behind_links = locate(given);
    if (!behind_links) {
        return std::unexpected(behind_links.error());
    }
    const auto& path = *behind_links;
    if (auto there = check_directory(path); !there) {
        return std::unexpected(there.error());
    }
    auto lock = lock_file::acquire(path);
    if (!lock) {
        return std::unexpected(lock.error());
    }
    const auto created = check_or_create_file(path);
    if (!created) {
        return std::unexpected(created.error());
    }
    auto file = database::open(path);
    if (!file) {
        return std::unexpected(cannot_open(path, file.error()));
    }
    const auto found = look_at_schema(*file);
    if (!found) {
        return std::unexpected(cannot_open(path, found.error()));
    }
    if (*found == schema_state::foreign || *found == schema_state::newer) {
        return std::unexpected(not_ours(path, *found));
    }
    if (auto durable = make_durable(*file, *found); !durable) {
        return std::unexpected(cannot_open(path, durable.error()));
    }
    if (auto synced = sync_directory_of(path); !synced) {
        return std::unexpected(synced.error());
    }
    auto opened = prepare(std::move(*file));
    if (!opened) {
        return std::unexpected(cannot_open(path, opened.error()));
    }
    return std::make_unique<started>(std::move(*lock), std::move(*opened));
}

} // namespace hookd::journal
