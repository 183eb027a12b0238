// SPDX-License-Identifier: MIT
#include "journal/sqlite/journal_report.hpp"
#include "journal/sqlite/schema.hpp"

#include <hookd/core/sink_filters.hpp>

#include <cstddef>
#include <utility>

namespace hookd::journal {

namespace {

/// Of each kind: a file may be damaged everywhere.
constexpr std::size_t most_findings = 20;

/// A problem, and where it is: each row is a line.
constexpr std::pair<const char*, const char*> rules[] = {
    {"the index of message ids is missing: duplicates are stored again",
     "SELECT '' WHERE NOT EXISTS(SELECT 1 FROM pragma_index_list('event') WHERE name = 'event_by_id' AND \"unique\")"},
    {"an event has an unknown endpoint", "SELECT 'event ' || sequence FROM event WHERE endpoint NOT IN "
                                         "(SELECT number FROM endpoint)"},
    {"an event has no valid sequence number", "SELECT 'event ' || sequence FROM event WHERE sequence < 1"},
    {"a sink is beyond the last event",
     "SELECT 'sink ' || name || ', cursor ' || cursor || ', last event ' || last FROM sink, "
     "(SELECT max(ifnull((SELECT high_water FROM state), 0), ifnull(max(sequence), 0)) AS last FROM event) "
     "WHERE cursor NOT BETWEEN 0 AND last"},
    {"the last sequence number is unknown", "SELECT '' WHERE (SELECT count(*) FROM state) <> 1"},
    {"a delivery has no event", "SELECT 'event ' || sequence || ', sink ' || sink FROM delivery "
                                "WHERE sequence NOT IN (SELECT sequence FROM event)"},
    {"a delivery has no sink",
     "SELECT 'event ' || sequence || ', sink ' || sink FROM delivery WHERE sink NOT IN (SELECT number FROM sink)"},
    {"a delivery has an unknown state",
     "SELECT 'event ' || sequence || ', sink ' || sink || ', state ' || state FROM delivery "
     "WHERE state NOT BETWEEN 0 AND 3"},
    {"attempts belong to no delivery",
     "SELECT DISTINCT 'event ' || sequence || ', sink ' || sink FROM attempt "
     "WHERE NOT EXISTS(SELECT 1 FROM delivery WHERE delivery.sequence = attempt.sequence "
     "AND delivery.sink = attempt.sink)"},
    {"there are more attempts than are kept",
     "SELECT 'event ' || sequence || ', sink ' || sink || ', ' || count(*) || ' attempts' FROM attempt "
     "GROUP BY sequence, sink HAVING count(*) > 64"},
    {"a definition is of no sink", "SELECT 'sink ' || sink || ', from event ' || first FROM definition "
                                   "WHERE sink NOT IN (SELECT number FROM sink)"},
    {"a definition begins beyond the sink's next event",
     "SELECT 'sink ' || name || ', from event ' || first || ', cursor ' || cursor FROM definition "
     "JOIN sink ON sink.number = definition.sink WHERE first > cursor + 1"},
    {"a former position is of no sink, or beyond its cursor",
     "SELECT 'sink ' || progress.sink || ', position ' || progress.cursor FROM progress "
     "LEFT JOIN sink ON sink.number = progress.sink WHERE sink.number IS NULL OR progress.cursor > sink.cursor"},
};

using findings = std::vector<std::string>;

/// Calls `take(row)` for each row; false: that is enough of them.
template <class Take>
storage_result<void> read_rows(database& file, const char* sql, const Take& take) {
    auto prepared = file.prepare(sql);
    if (!prepared) {
        return std::unexpected(prepared.error());
    }
    query rows(*prepared);
    auto row = rows.step();
    while (row && *row && take(rows)) {
        row = rows.step();
    }
    return then(row, [](bool) {});
}

/// Each row is a line behind `problem`.
storage_result<void> look(database& file, const char* sql, const std::string& problem, findings& found) {
    std::size_t count = 0;
    return read_rows(file, sql, [&](const query& row) {
        const auto where = ++count > most_findings ? "and more" : row.text(0);
        found.push_back(problem + (where.empty() ? "" : ": " + where));
        return count <= most_findings;
    });
}

storage_result<void> check_whole_file(database& file, findings& found) {
    return read_rows(file, "PRAGMA integrity_check(20)", [&](const query& row) {
        if (const auto said = row.text(0); said != "ok") {
            found.push_back("the file is damaged: " + said);
        }
        return true;
    });
}

storage_result<void> check_rules(database& file, findings& found) {
    storage_result<void> done;
    for (const auto& [problem, sql] : rules) {
        done = then(done, [&, what = problem, rule = sql] { return look(file, rule, what, found); });
    }
    return then(done, [&] {
        return read_rows(file, "SELECT sink, first, filters FROM definition", [&](const query& row) {
            if (!parse_sink_filters(row.text(2))) {
                found.push_back("a definition cannot be read: sink " + row.text(0) + ", from event " + row.text(1));
            }
            return true;
        });
    });
}

} // namespace

storage_result<std::vector<std::string>> check_journal(const std::string& path) {
    auto file = database::open_to_read(path);
    const auto known = file ? look_at_schema(*file) : std::unexpected(file.error());
    if (!known) {
        return std::unexpected(known.error());
    }
    if (*known == schema_state::none) {
        return std::vector<std::string>{"its creation was never finished: start the daemon"};
    }
    if (*known == schema_state::foreign || *known == schema_state::newer) {
        return std::unexpected(storage_error{storage_errc::broken, "it has the schema of another version"});
    }
    findings found;
    if (const auto whole = check_whole_file(*file, found); !whole) {
        found.push_back("the file is damaged: " + whole.error().message);
    }
    const auto shown = *known == schema_state::older ? show_as_upgraded(*file) : storage_result<void>();
    if (const auto rest = then(shown, [&] { return check_rules(*file, found); }); !rest) {
        found.push_back("the tables cannot be read: " + rest.error().message);
    }
    return found;
}

} // namespace hookd::journal
