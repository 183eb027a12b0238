// SPDX-License-Identifier: MIT
#include "journal/sqlite/event_table.hpp"
#include "journal/sqlite/file_check.hpp"
#include "journal/sqlite/history.hpp"
#include "journal/sqlite/journal_report.hpp"
#include "journal/sqlite/ledger.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/sqlite_storage.hpp"

#include <hookd/core/unique_fd.hpp>
#include <hookd/journal/stopped_journal.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <tuple>
#include <utility>

namespace asio = boost::asio;

namespace hookd::journal {

namespace {

/// What changes with every write.
struct imprint {
    explicit imprint(const std::string& path) {
        if (::stat(path.c_str(), &status_) != 0) {
            status_ = {};
        }
    }
    friend bool operator==(const imprint& a, const imprint& b) { return a.parts() == b.parts(); }

private:
    std::tuple<dev_t, ino_t, off_t, time_t, long, time_t, long> parts() const {
        return {status_.st_dev,          status_.st_ino,         status_.st_size,        status_.st_mtim.tv_sec,
                status_.st_mtim.tv_nsec, status_.st_ctim.tv_sec, status_.st_ctim.tv_nsec};
    }
    struct stat status_{};
};

/// Whether another process has SQLite's lock on the file, as a daemon has for all its life. Asks, and takes none.
bool is_served(const std::string& path) {
    constexpr off_t first_locked = 0x40000002; // see "shared bytes" in SQLite's os.h
    constexpr off_t locked = 510;
    const unique_fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct flock wanted{};
    wanted.l_type = F_RDLCK;
    wanted.l_whence = SEEK_SET;
    wanted.l_start = first_locked;
    wanted.l_len = locked;
    return file && ::fcntl(file.get(), F_GETLK, &wanted) == 0 && wanted.l_type != F_UNLCK;
}

class files_at_rest final : public stopped_journal {
public:
    files_at_rest(const journal_settings& settings, wall_clock clock) : settings_(settings), clock_(clock) {}

    asio::awaitable<storage_result<event_page>> query(event_query what) override {
        co_return ask<event_page>(
            [&](tables& from) { return with_last(from.past.read_page(from.events, from.sinks, what, limits_)); });
    }
    asio::awaitable<storage_result<event_ptr>> get(std::uint64_t sequence) override {
        co_return ask<event_ptr>([&](tables& from) { return from.events.find(sequence); });
    }
    asio::awaitable<storage_result<repaired>> apply(repair what) override {
        return change(std::move(what), &history::apply, &sqlite_storage::apply);
    }
    asio::awaitable<storage_result<erased>> erase(erasure what) override {
        return change(std::move(what), &history::erase, &sqlite_storage::erase);
    }

    asio::awaitable<storage_result<std::vector<orphaned_sink>>> orphans(std::vector<std::string> configured) override {
        co_return ask<std::vector<orphaned_sink>>(
            [&](tables& from) { return from.sinks.orphans(from.events, configured, limits_.orphan_rows); });
    }

    result<std::vector<std::string>> check() override {
        return look_into<std::vector<std::string>>([](const std::string& path) { return check_journal(path); },
                                                   stop_first());
    }
    result<void> write_all(const std::function<bool(std::string_view line)>& write) override {
        const auto done = look_into<bool>(
            [&](const std::string& path) {
                return read_files<bool>(path, [&](tables& from) { return write_journal(from, write); });
            },
            stop_first());
        return done ? result<void>() : std::unexpected(done.error());
    }

private:
    /// Counts by `look`, or opens the journal as a daemon does, and changes it by `make`.
    template <class Answer, class What>
    asio::awaitable<storage_result<Answer>>
    change(What what, storage_result<Answer> (history::*look)(event_table&, ledger&, const What&, const tuning&),
           asio::awaitable<storage_result<Answer>> (sqlite_storage::*make)(What)) {
        if (what.dry_run) {
            co_return ask<Answer>(
                [&](tables& from) { return with_last((from.past.*look)(from.events, from.sinks, what, limits_)); });
        }
        tuning limits;
        limits.retains = false;
        auto opened = open_with(settings_, clock_, {}, limits);
        if (!opened) {
            co_return std::unexpected(storage_error{storage_errc::broken, opened.error().message});
        }
        auto done = co_await ((**opened).*make)(std::move(what));
        (*opened)->close();
        co_return done;
    }

    std::string stop_first() const {
        return "the journal " + settings_.path +
               " is open in another process: stop the daemon, or use a copy that was "
               "made while it was stopped";
    }

    template <class Answer>
    storage_result<Answer> with_last(storage_result<Answer> found) const {
        if (found) {
            found->last_sequence = last_sequence_;
        }
        return found;
    }

    template <class Answer, class Read>
    storage_result<Answer> ask(const Read& read) {
        auto found = look_into<Answer>([&](const std::string& path) { return read_files<Answer>(path, read); },
                                       "the journal " + settings_.path +
                                           " was opened by another process meanwhile: run the command again, it then "
                                           "asks the daemon");
        if (!found) {
            return std::unexpected(storage_error{storage_errc::broken, found.error().message});
        }
        return std::move(*found);
    }

    /// Reads the file that it finds. A concurrent writer is noticed after the read, whatever the read returned.
    template <class Answer, class Read>
    result<Answer> look_into(const Read& read, const std::string& served) {
        const auto path = locate(settings_.path);
        const auto fit = path ? check_file(*path) : std::unexpected(path.error());
        if (!fit) {
            return std::unexpected(fit.error());
        }
        const imprint file(*path);
        const imprint log(*path + "-wal");
        const auto moved = [&] { return is_served(*path) || file != imprint(*path) || log != imprint(*path + "-wal"); };
        const std::unexpected in_use(error{served});
        if (moved()) {
            return in_use;
        }
        storage_result<Answer> found = read(*path);
        if (moved()) {
            return in_use;
        }
        if (!found) {
            return std::unexpected(error{"cannot read the journal " + settings_.path + ": " + found.error().message +
                                         "; if it is damaged, see docs/journal.md on how to save its events"});
        }
        return std::move(*found);
    }

    template <class Answer, class Read>
    storage_result<Answer> read_files(const std::string& path, const Read& read) {
        auto file = database::open_to_read(path);
        const auto known = file ? look_at_schema(*file) : std::unexpected(file.error());
        if (!known) {
            return std::unexpected(known.error());
        }
        if (*known == schema_state::foreign || *known == schema_state::newer) {
            return std::unexpected(storage_error{storage_errc::broken, "it has the schema of another version"});
        }
        if (*known == schema_state::none) {
            return std::unexpected(
                storage_error{storage_errc::broken, "its creation was never finished, start the daemon"});
        }
        const auto ready = *known == schema_state::older ? show_as_upgraded(*file) : storage_result<void>();
        auto events = then(ready, [&] { return event_table::prepare(*file); });
        auto sinks = then(ready, [&] { return ledger::prepare(*file); });
        auto past = then(ready, [&] { return history::prepare(*file); });
        if (!events || !sinks || !past) {
            return std::unexpected(!events ? events.error() : !sinks ? sinks.error() : past.error());
        }
        const auto last = events->highest_ever();
        if (!last) {
            return std::unexpected(last.error());
        }
        last_sequence_ = *last;
        tables all{*events, *sinks, *past, *file};
        return read(all);
    }

    const journal_settings settings_;
    const wall_clock clock_;
    const tuning limits_;
    std::uint64_t last_sequence_ = 0;
};

} // namespace

std::unique_ptr<stopped_journal> open_stopped(const journal_settings& settings, wall_clock clock) {
    return std::make_unique<files_at_rest>(settings, clock);
}

} // namespace hookd::journal
