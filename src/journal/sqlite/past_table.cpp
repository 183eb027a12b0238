// SPDX-License-Identifier: MIT
#include "journal/sqlite/past_table.hpp"

#include "journal/sqlite/millis.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hookd::journal {

storage_result<past_table> past_table::prepare(database& file) {
    past_table made;
    const std::pair<statement past_table::*, const char*> statements[] = {
        {&past_table::definitions_, "SELECT first, filters FROM definition WHERE sink = ? ORDER BY first"},
        {&past_table::positions_, "SELECT cursor, at FROM progress WHERE sink = ? ORDER BY cursor"},
        {&past_table::add_definition_, "INSERT OR REPLACE INTO definition(sink, first, filters) VALUES(?, ?, ?)"},
        {&past_table::add_position_, "INSERT OR REPLACE INTO progress(sink, cursor, at) VALUES(?, ?, ?)"},
        {&past_table::remove_position_, "DELETE FROM progress WHERE sink = ? AND cursor = ?"},
        {&past_table::thin_definitions_, "DELETE FROM definition WHERE sink = ? AND first < ?"},
        {&past_table::thin_positions_, "DELETE FROM progress WHERE sink = ? AND cursor < ?"},
        {&past_table::erase_definitions_, "DELETE FROM definition WHERE sink = ?"},
        {&past_table::erase_positions_, "DELETE FROM progress WHERE sink = ?"},
    };
    return then(file.prepare_all(made, statements), [&] { return std::move(made); });
}

storage_result<void> past_table::load(std::int64_t sink, sink_history& into) {
    query definitions(definitions_, sink);
    auto row = definitions.step();
    for (; row && *row; row = definitions.step()) {
        auto filters = parse_sink_filters(definitions.text(1));
        if (!filters) {
            return std::unexpected(storage_error{storage_errc::broken, "the journal is damaged: a definition of sink " +
                                                                           std::to_string(sink) + " is not readable"});
        }
        into.load({.first = definitions.sequence(0), .filters = std::move(*filters)});
    }
    if (!row) {
        return std::unexpected(row.error());
    }
    std::vector<sink_position> positions;
    query rows(positions_, sink);
    for (row = rows.step(); row && *row; row = rows.step()) {
        positions.push_back({.cursor = rows.sequence(0), .at = from_millis(rows.number(1))});
    }
    into.load(std::move(positions));
    return then(row, [](bool) {});
}

storage_result<void> past_table::add(std::int64_t sink, const sink_definition& what) {
    const auto filters = to_text(what.filters);
    return query(add_definition_, sink, what.first, filters).run();
}

storage_result<void> past_table::apply(std::int64_t sink, const sink_history::kept& change) {
    if (change.added) {
        const auto added = query(add_position_, sink, change.added->cursor, to_millis(change.added->at)).run();
        if (!added) {
            return added;
        }
    }
    return change.removed ? query(remove_position_, sink, *change.removed).run() : storage_result<void>();
}

storage_result<void> past_table::forget_before(std::int64_t sink, const sink_history& left) {
    const auto& positions = left.positions();
    const auto cursor = positions.empty() ? left.cursor() : positions.front().cursor;
    return then(query(thin_positions_, sink, cursor).run(),
                [&] { return query(thin_definitions_, sink, left.begin()).run(); });
}

storage_result<void> past_table::replace(std::int64_t sink, const sink_history& by) {
    auto done = erase(sink);
    for (const auto& each : by.definitions()) {
        done = then(done, [&] { return add(sink, each); });
    }
    for (const auto& each : by.positions()) {
        done = then(done, [&] { return apply(sink, {.added = each, .removed = {}}); });
    }
    return done;
}

storage_result<void> past_table::erase(std::int64_t sink) {
    return then(query(erase_definitions_, sink).run(), [&] { return query(erase_positions_, sink).run(); });
}

} // namespace hookd::journal
