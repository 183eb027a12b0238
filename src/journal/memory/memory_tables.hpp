// SPDX-License-Identifier: MIT
#pragma once

#include "journal/selection.hpp"
#include "journal/sink_history.hpp"

#include <hookd/core/byte_size.hpp>
#include <hookd/core/event.hpp>
#include <hookd/journal/delivery_store.hpp>
#include <hookd/journal/event_log.hpp>
#include <hookd/journal/event_search.hpp>
#include <hookd/journal/metrics.hpp>
#include <hookd/journal/settings.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookd::journal {

/// Events and the progress of sinks, in maps. For one thread at a time.
class memory_tables {
public:
    /// A time from an arbitrary start, which only passes: what ages count by.
    using time = std::chrono::milliseconds;

    memory_tables(const journal_settings& bounds, journal_metrics& metrics);

    void configure(const journal_settings& bounds);
    /// Erases what is older than the retention, that every open sink has done with and that no failure holds back.
    void sweep(time now);

    append_outcome append(const std::shared_ptr<event>& what, time now);
    std::vector<event_ptr> read(std::uint64_t after, std::size_t most, byte_size most_bytes) const;
    event_ptr get(std::uint64_t sequence) const;

    sink_state open_sink(const sink_scope& sink);
    void close_sink(std::string_view sink);
    /// These leave out a sink that was never opened.
    void commit_cursor(std::string_view sink, std::uint64_t cursor, unix_millis now);
    void nack(std::string_view sink, failure what);
    void ack(std::string_view sink, std::uint64_t sequence, attempt made);
    void put(std::string_view sink, std::uint64_t sequence, delivery_row row);
    void pause(std::string_view sink, bool paused);
    sink_state state(std::string_view sink) const;
    std::vector<due_event> due(std::string_view sink, unix_millis now, std::size_t most,
                               const std::vector<std::uint64_t>& except) const;

    std::vector<orphaned_sink> orphans(const std::vector<std::string>& configured) const;
    sink_edit forget(std::string_view name);
    sink_edit rename(std::string_view from, std::string_view to, unix_millis now);

    storage_result<event_page> query(const event_query& what) const;
    storage_result<repaired> apply(const repair& what);
    storage_result<erased> erase(const erasure& what);

private:
    struct stored {
        event_ptr what;
        time since{};
    };
    struct sink {
        sink_history past;
        bool open = true;
        bool paused = false;
        std::map<std::uint64_t, delivery_row> rows{};
        std::map<std::uint64_t, std::vector<attempt>> attempts{};
    };

    std::map<std::uint64_t, stored>::iterator remove(std::map<std::uint64_t, stored>::iterator gone);
    sink* find(std::string_view name);
    const sink* find(std::string_view name) const;
    bool is_held(std::uint64_t sequence) const;
    std::vector<std::uint64_t> candidates(const event_query& what) const;
    orphaned_sink orphan_of(const std::string& name, const sink& of) const;
    static unsigned add(sink& to, std::uint64_t sequence, attempt made);
    event_details details_of(const event& what, const event_query& asked) const;
    void publish(std::string_view name, const sink& of);
    void publish_size();

    journal_metrics& metrics_;
    time retention_{};
    std::uint64_t max_size_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, stored> events_;
    std::map<std::pair<std::string, std::string>, std::uint64_t> ids_; // (endpoint, id)
    std::map<std::string, sink, std::less<>> sinks_;
};

} // namespace hookd::journal
