// SPDX-License-Identifier: MIT
#pragma once

#include "journal/selection.hpp"
#include "journal/sink_history.hpp"
#include "journal/sqlite/attempt_table.hpp"
#include "journal/sqlite/changes.hpp"
#include "journal/sqlite/database.hpp"
#include "journal/sqlite/event_table.hpp"
#include "journal/sqlite/past_table.hpp"
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

/// How far each sink is, what it was, and the rows of deliveries that did not succeed at once. Cursors, pasts and
/// counts are also kept in memory, as they are on disk; changes of a transaction count from `committed` on.
class ledger {
public:
    static storage_result<ledger> prepare(database& file);

    /// From now on what is committed is shown there, too. The statistics must outlive the ledger.
    void publish_on(sink_stats& board) { board_ = &board; }

    /// Within a transaction, at this time. Sinks that were never opened are left out; a closed one's last changes may
    /// come late if the disk was full.
    storage_result<void> apply(const changes& said, unix_millis now);
    /// Within a transaction: adds the sink at `cursor` if it is new, and its definition if that has changed.
    storage_result<void> open(const sink_scope& sink, std::uint64_t cursor);
    /// Within a transaction: writes the sink's row of that event, whatever was there.
    storage_result<void> put(std::string_view sink, std::uint64_t sequence, const delivery_row& row);
    /// Within a transaction. A sink that is not in the file is left out.
    storage_result<void> pause(std::string_view sink, bool paused);
    /// The sink holds nothing back from now on.
    void close(std::string_view sink);
    void committed();
    void rolled_back();

    struct place {
        std::int64_t number = 0;
        sink_history past;
    };
    /// The sink's number and past; empty: it is not in the file. Within a transaction, as that has changed it.
    std::optional<place> known(std::string_view sink) const;
    /// All in the file, by name.
    std::vector<std::string> names() const;
    storage_result<sink_state> state(std::string_view sink);
    storage_result<std::vector<due_event>> due(event_table& events, std::string_view sink, unix_millis now,
                                               std::size_t most, byte_size most_bytes,
                                               const std::vector<std::uint64_t>& except);
    /// The rows of the event, by the sinks' numbers.
    storage_result<std::map<std::int64_t, delivery_row>> rows_of(std::uint64_t sequence);
    storage_result<std::vector<attempt>> attempts(std::uint64_t sequence, std::int64_t sink) {
        return attempts_.read(sequence, sink);
    }

    /// Sinks that are not configured. Of the events that a sink has not reached, at most `most_rows` are examined.
    storage_result<std::vector<orphaned_sink>> orphans(event_table& events, const std::vector<std::string>& configured,
                                                       std::size_t most_rows);
    /// These two within a transaction; see delivery_store.
    storage_result<sink_edit> forget(event_table& events, std::string_view sink, std::size_t most_rows);
    storage_result<sink_edit> rename(event_table& events, std::string_view from, std::string_view to, unix_millis now,
                                     std::size_t most_rows);

    /// The cursor of the sink that is furthest behind, among those that hold events back; nothing: there is none.
    std::optional<std::uint64_t> lowest_cursor() const;
    /// From now on sinks that are in the file but were not opened hold nothing back. Their names.
    std::vector<std::string> forget_unopened();
    /// Shows on the board what sinks that are not open have.
    storage_result<void> publish_orphans(event_table& events, std::size_t most_rows);
    /// Events in (after, up_to] that an open row of a sink that holds events back keeps.
    storage_result<std::set<std::uint64_t>> held_back(std::uint64_t after, std::uint64_t up_to);
    /// What goes with the events in (after, up_to] that are not held back.
    struct losses {
        std::set<std::uint64_t> rows;               ///< The events that have some.
        std::map<std::string, orphaned_sink> sinks; ///< Those that hold nothing back and lose something.
    };
    storage_result<losses> find_losses(event_table& events, std::uint64_t after, std::uint64_t up_to,
                                       const std::set<std::uint64_t>& held);
    /// Within the transaction that erases the event. For sinks that hold nothing back.
    storage_result<void> erase_rows(std::uint64_t sequence);
    /// The same for all sinks: their counts follow.
    storage_result<void> erase(std::uint64_t sequence);
    /// Within a transaction: no event before this one is left.
    storage_result<void> forget_before(std::uint64_t sequence);

private:
    struct sink {
        std::int64_t number = 0;
        sink_history past;
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
    const sink* find(std::string_view name) const;
    storage_result<void> count_failures(sink& of);
    storage_result<void> advance(sink& of, std::uint64_t cursor, unix_millis now);
    storage_result<std::optional<row_state>> count_out(sink& of, std::uint64_t sequence);
    storage_result<void> apply_change(sink& of, std::uint64_t sequence, const changes::of_event& what);
    storage_result<void> write(sink& of, std::uint64_t sequence, const delivery_row& row);
    storage_result<std::vector<failure>> due_rows(const sink& of, unix_millis now, std::size_t most);
    static storage_result<bool> waits(event_table& events, const sink_history& orphan, event head, std::size_t& bytes);
    storage_result<orphaned_sink> orphan_of(event_table& events, const std::string& name, const sink& of,
                                            std::size_t most_rows);
    storage_result<void> remove(std::string_view name, const sink& gone);
    storage_result<sink_edit> merge(event_table& events, sinks::iterator from, sinks::iterator to, unix_millis now,
                                    std::size_t most_rows);
    sinks::iterator changed(std::string_view name);

    sinks sinks_;
    sink_stats* board_ = nullptr;
    sinks uncommitted_;                          // as they will be once the current transaction is committed
    std::set<std::string, std::less<>> removed_; // by the current transaction
    attempt_table attempts_;
    past_table pasts_;
    statement insert_sink_;
    statement rename_sink_;
    statement delete_sink_;
    statement set_cursor_;
    statement set_paused_;
    statement count_;
    statement state_;
    statement put_;
    statement due_;
    statement next_;
    statement rows_;
    statement held_;
    statement with_rows_;
    statement erase_;
    statement erase_sink_;
    statement give_;
};

} // namespace hookd::journal
