// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/block_index.hpp"
#include "journal/sqlite/database.hpp"
#include "journal/sqlite/event_table.hpp"
#include "journal/sqlite/ledger.hpp"
#include "journal/sqlite/statement.hpp"
#include "journal/sqlite/then.hpp"
#include "journal/sqlite/tuning.hpp"

#include <hookd/journal/event_search.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hookd::journal {

/// Answers queries about stored events, a bounded number of rows at a time, so that no commit waits long for them.
class history {
public:
    static storage_result<history> prepare(database& file);

    storage_result<event_page> read_page(event_table& events, ledger& sinks, const event_query& what,
                                         const tuning& limits);
    /// Within a transaction, unless it is a dry run.
    storage_result<repaired> apply(event_table& events, ledger& sinks, const repair& what, const tuning& limits);
    storage_result<erased> erase(event_table& events, ledger& sinks, const erasure& what, const tuning& limits);

    block_index& blocks() { return blocks_; }

private:
    /// Sequence numbers that may match, in the order asked for; and whether a bound cut them off.
    struct candidates {
        std::vector<std::uint64_t> sequences;
        std::uint64_t position = 0; ///< Where to go on from, once these are done.
        bool cut = false;
    };

    explicit history(block_index blocks) : blocks_(std::move(blocks)) {}
    storage_result<event_page> read_part(event_table& events, ledger& sinks, event_query which, const tuning& limits);
    storage_result<candidates> find_candidates(event_table& events, const event_query& what, const tuning& limits);
    statement& rows_with(const event_query& what);
    static storage_result<bool> add_candidates(statement& rows, std::uint64_t from, std::uint64_t to, std::size_t most,
                                               std::vector<std::uint64_t>& found);
    storage_result<candidates> by_id(event_table& events, const std::string& id, const event_query& what);
    storage_result<std::optional<event_details>> read(event_table& events, std::uint64_t sequence);
    /// A sink that the query is about, as the journal knows it. An orphan has no scope.
    struct asked_sink {
        std::string name;
        const sink_scope* scope = nullptr;
        std::optional<ledger::place> known;
    };
    static std::vector<asked_sink> asked_sinks(const ledger& sinks, const event_query& what);
    static bool need_body(const std::vector<asked_sink>& asked, const event& head);
    storage_result<void> add_sinks(ledger& sinks, const std::vector<asked_sink>& asked, bool attempts,
                                   event_details& details);

    block_index blocks_;
    statement head_;
    statement forward_;
    statement backward_;
    statement failed_forward_;
    statement failed_backward_;
    statement rows_forward_;
    statement rows_backward_;
};

} // namespace hookd::journal
