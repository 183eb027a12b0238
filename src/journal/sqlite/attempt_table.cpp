// SPDX-License-Identifier: MIT
#include "journal/sqlite/attempt_table.hpp"

#include "journal/sqlite/millis.hpp"

#include <utility>

namespace hookd::journal {

storage_result<attempt_table> attempt_table::prepare(database& file) {
    attempt_table made;
    const std::pair<statement attempt_table::*, const char*> statements[] = {
        {&attempt_table::last_, "SELECT ifnull(max(number), 0) FROM attempt WHERE sequence = ? AND sink = ?"},
        {&attempt_table::add_, "INSERT INTO attempt(sequence, sink, number, start, took, outcome, code, detail) "
                               "VALUES(?, ?, ?, ?, ?, ?, ?, ?)"},
        {&attempt_table::thin_, "DELETE FROM attempt WHERE sequence = ? AND sink = ? AND number <= ?"},
        {&attempt_table::read_, "SELECT number, start, took, outcome, code, detail FROM attempt "
                                "WHERE sequence = ? AND sink = ? ORDER BY number"},
        {&attempt_table::erase_, "DELETE FROM attempt WHERE sequence = ?"},
        {&attempt_table::erase_sink_, "DELETE FROM attempt WHERE sink = ? AND sequence >= ?"},
        {&attempt_table::give_, "UPDATE OR IGNORE attempt SET sink = ?2 WHERE sink = ?1"},
    };
    return then(file.prepare_all(made, statements), [&] { return std::move(made); });
}

storage_result<unsigned> attempt_table::add(std::uint64_t sequence, std::int64_t sink, std::span<const attempt> made) {
    std::int64_t number = 0;
    {
        query last(last_, sequence, sink);
        if (const auto row = last.step(); !row) {
            return std::unexpected(row.error());
        }
        number = last.number(0);
    }
    for (const auto& each : made) {
        ++number;
        const auto code = each.code ? std::optional(std::int64_t{*each.code}) : std::nullopt;
        const auto added = query(add_, sequence, sink, number, to_millis(each.start), std::int64_t{each.took.count()},
                                 static_cast<std::int64_t>(each.outcome), code, each.detail)
                               .run();
        if (!added) {
            return std::unexpected(added.error());
        }
    }
    const auto most = static_cast<std::int64_t>(most_attempts);
    const auto thinned =
        number > most && !made.empty() ? query(thin_, sequence, sink, number - most).run() : storage_result<void>();
    return then(thinned, [&] { return static_cast<unsigned>(number); });
}

storage_result<std::vector<attempt>> attempt_table::read(std::uint64_t sequence, std::int64_t sink) {
    std::vector<attempt> found;
    query rows(read_, sequence, sink);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        found.push_back({.number = static_cast<unsigned>(rows.number(0)),
                         .start = from_millis(rows.number(1)),
                         .took = std::chrono::milliseconds(rows.number(2)),
                         .outcome = static_cast<attempt_outcome>(rows.number(3)),
                         .code = rows.is_null(4) ? std::nullopt : std::optional(static_cast<int>(rows.number(4))),
                         .detail = rows.text(5)});
    }
    return then(row, [&](bool) { return std::move(found); });
}

storage_result<void> attempt_table::erase(std::uint64_t sequence) {
    return query(erase_, sequence).run();
}

storage_result<void> attempt_table::erase_sink(std::int64_t sink, std::uint64_t begin) {
    return query(erase_sink_, sink, begin).run();
}

storage_result<void> attempt_table::give(std::int64_t from, std::int64_t to) {
    return query(give_, from, to).run();
}

} // namespace hookd::journal
