// SPDX-License-Identifier: MIT
#include "journal/sqlite/sqlite_storage.hpp"

#include "journal/sqlite/completion.hpp"
#include "journal/sqlite/file_names.hpp"

#include <hookd/core/file_system.hpp>
#include <hookd/core/joinable_thread.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <pthread.h>
#include <string>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <utility>

namespace asio = boost::asio;

namespace hookd::journal {

namespace {

/// The result of an edit that has no other.
struct edited {};

/// Whether the disk is full is known only from the last write, and a caller that is told that nothing can be stored may
/// not try again: so free space is checked here.
bool disk_has_space(const std::string& path) {
    constexpr std::uint64_t enough = 2U << 20U;
    struct statvfs disk{};
    rlimit largest{};
    return ::statvfs(path.c_str(), &disk) == 0 && disk.f_bavail * disk.f_frsize >= enough &&
           ::getrlimit(RLIMIT_FSIZE, &largest) == 0 &&
           (largest.rlim_cur == RLIM_INFINITY || largest.rlim_cur >= file_names::size_of(path) + enough);
}

/// Does `what` by `act`. The limits and the metrics must outlive it.
template <class Answer, class What>
auto acting(storage_result<Answer> (history::*act)(event_table&, ledger&, const What&, const tuning&), What what,
            const tuning& limits, const journal_metrics& metrics) {
    return [act, what = std::move(what), &limits, &metrics](tables& of) {
        auto done = (of.past.*act)(of.events, of.sinks, what, limits);
        if (done) {
            done->last_sequence = metrics.last_sequence;
        }
        return done;
    };
}

} // namespace

sqlite_storage::sqlite_storage(std::unique_ptr<started> from, const journal_settings& settings, wall_clock clock,
                               observers watch, const tuning& limits)
    : limits_(limits), path_(settings.path), newest_(from->opened.newest), watch_(std::move(watch)),
      started_(std::move(from)), queue_(limits_),
      writer_(started_->opened, queue_, settings, limits_, clock, watch_, metrics_) {
    metrics_.last_sequence = started_->opened.last_sequence;
#ifdef HOOKD_BENCH_NO_JOURNAL
    spdlog::warn("built with HOOKD_BENCH_NO_JOURNAL, which is only for tests/bench: no event is stored");
#endif
    writer_.begin();
    if (!limits_.own_thread) {
        return;
    }
    try {
        thread_ = std::thread([this] {
            pthread_setname_np(pthread_self(), "hookd-journal");
            writer_.run();
        });
    } catch (const std::system_error& why) {
        throw no_thread(why);
    }
}

sqlite_storage::~sqlite_storage() {
    sqlite_storage::close();
}

#ifdef HOOKD_BENCH_NO_JOURNAL
asio::awaitable<append_outcome> sqlite_storage::append(std::shared_ptr<event> /*what*/) {
    co_return append_outcome::stored;
}
#else
asio::awaitable<append_outcome> sqlite_storage::append(std::shared_ptr<event> what) {
    // Kept until the answer, so that as a rule it is freed by the thread that made it: the allocator's cheap way.
    co_return co_await ask<append_outcome>([this, &what](completion<append_outcome> answer) {
        append_request request{.subject = what, .answer = std::move(answer)};
        if (const auto refused = queue_.put(request)) {
            completion_batch answers;
            answers.put(request.answer, *refused);
            answers.send();
        }
    });
}
#endif

/// Why nothing is accepted any more.
storage_error sqlite_storage::gone() const {
    return metrics_.failed ? storage_error{storage_errc::broken, "the journal has failed"}
                           : storage_error{storage_errc::closed, "the journal is closed"};
}

/// Runs `read(tables)` on the journal's thread.
template <class Answer, class Read>
asio::awaitable<storage_result<Answer>> sqlite_storage::ask_tables(Read read) {
    using made = storage_result<Answer>;
    co_return co_await ask<made>([this, &read](const completion<made>& answer) {
        job what = [read = std::move(read), answer](tables* from,
                                                    completion_batch& answers) mutable -> storage_result<void> {
            if (from == nullptr) {
                answers.put(answer,
                            made(std::unexpected(storage_error{storage_errc::broken, "the journal has failed"})));
                return {};
            }
            made found = read(*from);
            auto done = then(found, [](const Answer&) {});
            answers.put(answer, std::move(found));
            return done;
        };
        if (!queue_.put(what)) {
            completion_batch answers;
            answers.put(answer, made(std::unexpected(gone())));
            answers.send();
        }
    });
}

asio::awaitable<storage_result<std::vector<event_ptr>>> sqlite_storage::read(std::uint64_t after, std::size_t most,
                                                                             byte_size most_bytes) {
    const auto count = std::min(most, limits_.read_events);
    const auto bytes = std::min(most_bytes, byte_size{limits_.read_bytes});
    return ask_tables<std::vector<event_ptr>>([=](tables& from) { return from.events.read(after, count, bytes); });
}

asio::awaitable<storage_result<std::vector<due_event>>>
sqlite_storage::due(std::string_view sink, unix_millis now, std::size_t most, std::vector<std::uint64_t> except) {
    const auto count = std::min(most, limits_.read_events);
    const byte_size bytes{limits_.read_bytes};
    return ask_tables<std::vector<due_event>>(
        [=, name = std::string(sink), left_out = std::move(except)](tables& from) {
            return from.sinks.due(from.events, name, now, count, bytes, left_out);
        });
}

asio::awaitable<storage_result<sink_state>> sqlite_storage::state(std::string_view sink) {
    return ask_tables<sink_state>([name = std::string(sink)](tables& from) { return from.sinks.state(name); });
}

/// Runs `apply(tables, answer)` in a transaction; the result is delivered once that is durable.
template <class Answer, class Apply>
asio::awaitable<storage_result<Answer>> sqlite_storage::ask_edit(Apply apply, bool empties_log) {
    co_return co_await ask<storage_result<Answer>>(
        [this, &apply, empties_log](completion<storage_result<Answer>> answer) {
            auto made = std::make_shared<Answer>();
            edit what{
                .apply = [made, apply = std::move(apply)](tables& of) mutable { return apply(of, *made); },
                .empties_log = empties_log,
                .answer =
                    [made, answer = std::move(answer)](const storage_result<void>& became, completion_batch& answers) {
                        answers.put(answer, then(became, [&] { return std::move(*made); }));
                    }};
            if (!queue_.put(what)) {
                completion_batch answers;
                what.answer(std::unexpected(gone()), answers);
                answers.send();
            }
        });
}

asio::awaitable<storage_result<event_page>> sqlite_storage::query(event_query what) {
    return ask_tables<event_page>([this, what = std::move(what)](tables& from) {
        auto page = from.past.read_page(from.events, from.sinks, what, limits_);
        if (page) {
            page->last_sequence = metrics_.last_sequence;
        }
        return page;
    });
}

asio::awaitable<storage_result<event_ptr>> sqlite_storage::get(std::uint64_t sequence) {
    return ask_tables<event_ptr>([=](tables& from) { return from.events.find(sequence); });
}

asio::awaitable<storage_result<repaired>> sqlite_storage::apply(repair what) {
    const bool dry_run = what.dry_run;
    auto act = acting(&history::apply, std::move(what), limits_, metrics_);
    if (dry_run) {
        return ask_tables<repaired>(std::move(act));
    }
    return ask_edit<repaired>([act = std::move(act)](tables& of, repaired& made) {
        return then(act(of), [&](const repaired& done) { made = done; });
    });
}

asio::awaitable<storage_result<erased>> sqlite_storage::erase(erasure what) {
    const bool dry_run = what.dry_run;
    auto act = acting(&history::erase, std::move(what), limits_, metrics_);
    if (dry_run) {
        return ask_tables<erased>(std::move(act));
    }
    return ask_edit<erased>(
        [act = std::move(act), &counted = metrics_.erased](tables& of, erased& made) {
            const auto done = then(of.file.overwrite_deleted(true), [&] { return act(of); });
            const auto restored = of.file.overwrite_deleted(false);
            return then(then(restored, [&] { return done; }), [&](const erased& all) {
                made = all;
                counted += all.events;
                return of.events.keep_high_water(all.last_sequence);
            });
        },
        true);
}

asio::awaitable<storage_result<void>> sqlite_storage::pause(std::string sink, bool paused) {
    const auto done = co_await ask_edit<edited>(
        [name = std::move(sink), paused](tables& of, edited&) { return of.sinks.pause(name, paused); });
    co_return then(done, [](edited) {});
}

asio::awaitable<storage_result<std::vector<orphaned_sink>>>
sqlite_storage::orphans(std::vector<std::string> configured) {
    return ask_tables<std::vector<orphaned_sink>>([configured = std::move(configured), this](tables& from) {
        return from.sinks.orphans(from.events, configured, limits_.orphan_rows);
    });
}

asio::awaitable<storage_result<sink_edit>> sqlite_storage::forget(std::string sink) {
    return ask_edit<sink_edit>([name = std::move(sink), this](tables& of, sink_edit& made) {
        return then(of.sinks.forget(of.events, name, limits_.orphan_rows), [&](const sink_edit& done) { made = done; });
    });
}

asio::awaitable<storage_result<sink_edit>> sqlite_storage::rename(std::string from, std::string to, unix_millis now) {
    return ask_edit<sink_edit>([from = std::move(from), to = std::move(to), now, this](tables& of, sink_edit& made) {
        return then(of.sinks.rename(of.events, from, to, now, limits_.orphan_rows),
                    [&](const sink_edit& done) { made = done; });
    });
}

storage_result<sink_state> sqlite_storage::open_sink(const sink_scope& sink) {
    open_request request{.sink = sink, .answer = {}};
    auto answer = request.answer.get_future();
    if (!queue_.put(request)) {
        return std::unexpected(gone());
    }
    if (!limits_.own_thread) {
        turn();
    }
    return answer.get();
}

void sqlite_storage::close_sink(std::string_view sink) {
    job what = [name = std::string(sink), this](tables* from, completion_batch&) -> storage_result<void> {
        if (from != nullptr) {
            from->sinks.close(name);
            return from->sinks.publish_orphans(from->events, limits_.orphan_rows);
        }
        return {};
    };
    queue_.put(what); // refused: the journal is closed, and so are all sinks
}

storage_result<void> sqlite_storage::taken(bool noted) const {
    return noted ? storage_result<void>() : std::unexpected(gone());
}

storage_result<void> sqlite_storage::commit_cursor(std::string_view sink, std::uint64_t cursor) {
    return taken(queue_.commit_cursor(sink, cursor));
}
storage_result<void> sqlite_storage::nack(std::string_view sink, failure what) {
    return taken(queue_.nack(sink, std::move(what)));
}
storage_result<void> sqlite_storage::ack(std::string_view sink, std::uint64_t sequence, attempt made) {
    return taken(queue_.ack(sink, sequence, std::move(made)));
}

std::uint64_t sqlite_storage::last_sequence() const {
    return metrics_.last_sequence;
}

acceptance sqlite_storage::accepts() const {
    if (metrics_.failed) {
        return acceptance::failed;
    }
    const auto refused = queue_.refuses();
    if (refused == append_outcome::stopped) {
        return acceptance::closed;
    }
    if (metrics_.disk_full && !disk_has_space(path_)) {
        return acceptance::disk_full;
    }
    if (metrics_.over_size) {
        return acceptance::over_size;
    }
    return refused ? acceptance::busy : acceptance::open;
}

void sqlite_storage::close() {
    queue_.close();
    if (thread_.joinable()) {
        thread_.join();
    } else if (!limits_.own_thread && started_ != nullptr) {
        while (writer_.turn(queue::clock::time_point::min())) {
        }
        writer_.finish();
    }
    started_.reset();
}

void sqlite_storage::turn() {
    writer_.turn(queue::clock::time_point::min());
}

result<std::unique_ptr<sqlite_storage>> open_with(const journal_settings& settings, wall_clock clock, observers watch,
                                                  const tuning& limits) {
    auto ready = start_up(settings.path);
    if (!ready) {
        return std::unexpected(ready.error());
    }
    return std::make_unique<sqlite_storage>(std::move(*ready), settings, clock, std::move(watch), limits);
}

result<std::unique_ptr<storage>> open_sqlite(const journal_settings& settings, wall_clock clock, observers watch) {
    auto opened = open_with(settings, clock, std::move(watch), tuning());
    if (const auto weakness = weakness_of_file_system(settings.path); opened && !weakness.empty()) {
        spdlog::warn("journal: {} is on {}: move it to a local disk", settings.path, weakness);
    }
    return opened;
}

} // namespace hookd::journal
