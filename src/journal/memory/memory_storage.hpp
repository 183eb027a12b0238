// SPDX-License-Identifier: MIT
#pragma once

#include "journal/memory/memory_tables.hpp"

#include <hookd/core/mutex.hpp>
#include <hookd/journal/storage.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hookd::journal {

/// The backend in memory: tables behind one mutex. It has no thread: it answers on the caller's, which the observer is
/// called on too, and erases what is old whenever somebody calls.
class memory_storage final : public storage {
public:
    /// `now` is what ages count by.
    memory_storage(const journal_settings& bounds, observers watch, memory_tables::time (*now)(), wall_clock clock);

    boost::asio::awaitable<append_outcome> append(std::shared_ptr<event> what) override;
    boost::asio::awaitable<storage_result<std::vector<event_ptr>>> read(std::uint64_t after, std::size_t most,
                                                                        byte_size most_bytes) override;
    std::uint64_t last_sequence() const override { return metrics_.last_sequence; }
    const std::map<std::string, unix_millis>& newest_at_start() const override { return newest_; }

    storage_result<sink_state> open_sink(const sink_scope& sink) override;
    void close_sink(std::string_view sink) override;
    storage_result<void> commit_cursor(std::string_view sink, std::uint64_t cursor) override;
    storage_result<void> nack(std::string_view sink, failure what) override;
    storage_result<void> ack(std::string_view sink, std::uint64_t sequence, attempt made) override;
    boost::asio::awaitable<storage_result<std::vector<due_event>>>
    due(std::string_view sink, unix_millis now, std::size_t most, std::vector<std::uint64_t> except) override;
    boost::asio::awaitable<storage_result<sink_state>> state(std::string_view sink) override;
    boost::asio::awaitable<storage_result<void>> pause(std::string sink, bool paused) override;
    boost::asio::awaitable<storage_result<std::vector<orphaned_sink>>>
    orphans(std::vector<std::string> configured) override;
    boost::asio::awaitable<storage_result<sink_edit>> forget(std::string sink) override;
    boost::asio::awaitable<storage_result<sink_edit>> rename(std::string from, std::string to,
                                                             unix_millis now) override;

    boost::asio::awaitable<storage_result<event_page>> query(event_query what) override;
    boost::asio::awaitable<storage_result<event_ptr>> get(std::uint64_t sequence) override;
    boost::asio::awaitable<storage_result<repaired>> apply(repair what) override;
    boost::asio::awaitable<storage_result<erased>> erase(erasure what) override;

    acceptance accepts() const override;
    const journal_metrics& metrics() const override { return metrics_; }
    std::chrono::milliseconds stalled_for() override { return {}; }

    void configure(const journal_settings& bounds) override;
    void close() override;

private:
    /// What `work(tables)` returns, or that the journal is closed.
    template <class Value, class Work>
    storage_result<Value> locked(const Work& work);
    template <class Value, class Work>
    boost::asio::awaitable<storage_result<Value>> answer(Work work);

    const observers watch_;
    memory_tables::time (*const now_)();
    const wall_clock clock_;
    const std::map<std::string, unix_millis> newest_; // none: it begins empty
    journal_metrics metrics_;
    mutable mutex mutex_;
    bool closed_ HOOKD_GUARDED_BY(mutex_) = false;
    memory_tables tables_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::journal
