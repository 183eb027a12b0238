// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sink_history.hpp"
#include "journal/sqlite/database.hpp"
#include "journal/sqlite/statement.hpp"
#include "journal/sqlite/then.hpp"

#include <cstdint>

namespace hookd::journal {

/// Each sink's definitions and former positions, by its number. Changes are made within a transaction.
class past_table {
public:
    static storage_result<past_table> prepare(database& file);

    storage_result<void> load(std::int64_t sink, sink_history& into);
    storage_result<void> add(std::int64_t sink, const sink_definition& what);
    storage_result<void> apply(std::int64_t sink, const sink_history::kept& change);
    /// Removes what is before the first of `left`.
    storage_result<void> forget_before(std::int64_t sink, const sink_history& left);
    /// Writes all of it again.
    storage_result<void> replace(std::int64_t sink, const sink_history& by);
    storage_result<void> erase(std::int64_t sink);

private:
    statement definitions_;
    statement positions_;
    statement add_definition_;
    statement add_position_;
    statement remove_position_;
    statement thin_definitions_;
    statement thin_positions_;
    statement erase_definitions_;
    statement erase_positions_;
};

} // namespace hookd::journal
