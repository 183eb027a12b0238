// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/changes.hpp"
#include "journal/sqlite/database.hpp"
#include "journal/sqlite/event_table.hpp"
#include "journal/sqlite/statement.hpp"
#include "journal/sqlite/then.hpp"

#include <hookd/journal/storage.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::journal {

/// How far each sink is: its cursor, and the rows of its failed events. Cursors and counts are also kept in memory, as
/// they are on disk; changes of a transaction count from `committed` on.
class ledger {
public:
    static storage_result<ledger> prepare(database& file);

    /// From now on what is committed is shown there, too. The statistics must outlive the ledger.
    void publish_on(sink_stats& board) { board_ = &board; }

    /// Within a transaction. Sinks that were never opened are left out; a closed one's last changes may come late if
    /// the disk was full.
    storage_result<void> apply(const changes& said);
    /// Within a transaction: adds the sink at `cursor` if it is new.
    storage_result<void> open(std::string_view sink, std::uint64_t cursor);
    /// Within a transaction: writes or removes the sink's failure row of that event, whatever was there.
    storage_result<void> put(std::string_view sink, std::uint64_t sequence, const std::optional<failure>& row);
    /// Within a transaction. A sink that is not in the file is left out.
    storage_result<void> pause(std::string_view sink, bool paused);
    /// The sink holds nothing back from now on.
    void close(std::string_view sink);
    void committed();
    void rolled_back();

    struct place {
        std::int64_t number = 0;
        std::uint64_t cursor = 0;
    };
    /// The sink's position; empty: it is not in the file. Within a transaction, as that has changed it.
    std::optional<place> known(std::string_view sink) const;
    storage_result<sink_state> state(std::string_view sink);
    storage_result<std::vector<due_event>> due(event_table& events, std::string_view sink, unix_millis now,
                                               std::size_t most, byte_size most_bytes,
                                               const std::vector<std::uint64_t>& except);

    /// The cursor of the sink that is furthest behind, among those that hold events back; nothing: there is none.
    std::optional<std::uint64_t> lowest_cursor() const;
    /// From now on sinks that are in the file but were not opened hold nothing back. Their names.
    std::vector<std::string> forget_unopened();
    /// Events in (after, up_to] that a failure row of such a sink holds back.
    storage_result<std::set<std::uint64_t>> held_back(std::uint64_t after, std::uint64_t up_to);
    /// Within the transaction that erases the event.
    storage_result<void> erase_failures(std::uint64_t sequence);

private:
    struct sink {
        std::int64_t number = 0;
        std::uint64_t cursor = 0;
        std::uint64_t waiting = 0;
        std::uint64_t dead = 0;
        bool counters = false; // the two above; once opened, it stays set
        bool opened = false;
        bool holds = true;
        bool paused = false;
    };
    using sinks = std::map<std::string, sink, std::less<>>;

    ledger() = default;
    storage_result<void> load(database& file);
    storage_result<void> count_failures(sink& of);
    storage_result<void> apply_failure(sink& of, std::uint64_t sequence, const std::optional<failure>& what);
    storage_result<std::vector<failure>> due_rows(const sink& of, unix_millis now, std::size_t most);
    sinks::iterator changed(std::string_view name);

    sinks sinks_;
    sink_stats* board_ = nullptr;
    sinks uncommitted_; // as they will be once the current transaction is committed
    statement insert_sink_;
    statement set_cursor_;
    statement set_paused_;
    statement count_;
    statement was_dead_;
    statement put_;
    statement remove_;
    statement due_;
    statement next_;
    statement held_;
    statement erase_;
};

} // namespace hookd::journal
