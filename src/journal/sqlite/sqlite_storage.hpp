// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/queue.hpp"
#include "journal/sqlite/start_up.hpp"
#include "journal/sqlite/tuning.hpp"
#include "journal/sqlite/writer.hpp"

#include <hookd/journal/storage.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hookd::journal {

/// The backend over one SQLite file. What callers ask goes through the queue to the writer's thread.
class sqlite_storage final : public storage {
public:
    sqlite_storage(std::unique_ptr<started> from, const journal_settings& settings, wall_clock clock, observers watch,
                   const tuning& limits);
    sqlite_storage(const sqlite_storage&) = delete;
    sqlite_storage& operator=(const sqlite_storage&) = delete;
    ~sqlite_storage() override;

    boost::asio::awaitable<append_outcome> append(std::shared_ptr<event> what) override;
    boost::asio::awaitable<storage_result<std::vector<event_ptr>>> read(std::uint64_t after, std::size_t most,
                                                                        byte_size most_bytes) override;
    storage_result<sink_state> open_sink(const sink_scope& sink) override;
    void close_sink(std::string_view sink) override;
    storage_result<void> commit_cursor(std::string_view sink, std::uint64_t cursor) override;
    storage_result<void> nack(std::string_view sink, failure what) override;
    storage_result<void> ack(std::string_view sink, std::uint64_t sequence, attempt made) override;
    boost::asio::awaitable<storage_result<std::vector<due_event>>>
    due(std::string_view sink, unix_millis now, std::size_t most, std::vector<std::uint64_t> except) override;
    boost::asio::awaitable<storage_result<sink_state>> state(std::string_view sink) override;
    boost::asio::awaitable<storage_result<event_page>> query(event_query what) override;
    boost::asio::awaitable<storage_result<event_ptr>> get(std::uint64_t sequence) override;
    boost::asio::awaitable<storage_result<repaired>> apply(repair what) override;
    boost::asio::awaitable<storage_result<erased>> erase(erasure what) override;
    boost::asio::awaitable<storage_result<void>> pause(std::string sink, bool paused) override;
    boost::asio::awaitable<storage_result<std::vector<orphaned_sink>>>
    orphans(std::vector<std::string> configured) override;
    boost::asio::awaitable<storage_result<sink_edit>> forget(std::string sink) override;
    boost::asio::awaitable<storage_result<sink_edit>> rename(std::string from, std::string to,
                                                             unix_millis now) override;
    std::uint64_t last_sequence() const override;
    void configure(const journal_settings& bounds) override { writer_.configure(bounds); }
    std::chrono::milliseconds stalled_for() override { return queue_.stalled_for(); }
    void close() override;
    /// Without a thread of its own: processes what is queued and what is due.
    void turn();

    acceptance accepts() const override;
    const journal_metrics& metrics() const override { return metrics_; }
    const std::map<std::string, unix_millis>& newest_at_start() const override { return newest_; }

private:
    template <class Answer, class Read>
    boost::asio::awaitable<storage_result<Answer>> ask_tables(Read read);
    template <class Answer, class Apply>
    boost::asio::awaitable<storage_result<Answer>> ask_edit(Apply apply, bool empties_log = false);
    storage_error gone() const;
    storage_result<void> taken(bool noted) const;

    const tuning limits_;
    const std::string path_;
    const std::map<std::string, unix_millis> newest_;
    observers watch_;
    journal_metrics metrics_;
    std::unique_ptr<started> started_;
    mutable queue queue_;
    writer writer_;
    std::thread thread_;
};

/// As journal::open.
result<std::unique_ptr<storage>> open_sqlite(const journal_settings& settings, wall_clock clock, observers watch);

/// The same with limits of the caller's.
result<std::unique_ptr<sqlite_storage>> open_with(const journal_settings& settings, wall_clock clock, observers watch,
                                                  const tuning& limits);

} // namespace hookd::journal
