// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/statement.hpp"
#include "journal/sqlite/then.hpp"

#include <hookd/journal/delivery_state.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace hookd::journal {

/// The attempts of deliveries that did not succeed at once. Changes are made within a transaction.
class attempt_table {
public:
    static storage_result<attempt_table> prepare(database& file);

    /// Adds them behind the others of this event and sink, of which the latest `most_attempts` stay. The number of the
    /// last.
    storage_result<unsigned> add(std::uint64_t sequence, std::int64_t sink, std::span<const attempt> made);
    storage_result<std::vector<attempt>> read(std::uint64_t sequence, std::int64_t sink);
    /// Of all sinks.
    storage_result<void> erase(std::uint64_t sequence);
    /// Of one sink, from the event `begin` on.
    storage_result<void> erase_sink(std::int64_t sink, std::uint64_t begin);
    /// Except of events of which `to` has some.
    storage_result<void> give(std::int64_t from, std::int64_t to);

private:
    statement last_;
    statement add_;
    statement thin_;
    statement read_;
    statement erase_;
    statement erase_sink_;
    statement give_;
};

} // namespace hookd::journal
