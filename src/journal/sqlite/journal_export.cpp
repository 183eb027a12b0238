// SPDX-License-Identifier: MIT
#include "journal/sqlite/event_table.hpp"
#include "journal/sqlite/journal_report.hpp"
#include "journal/sqlite/millis.hpp"

#include <hookd/core/base64.hpp>
#include <hookd/core/escape.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/time.hpp>

#include <cstddef>
#include <iterator>
#include <span>
#include <utility>

namespace hookd::journal {

namespace {

using json = nlohmann::ordered_json;
using line_writer = std::function<bool(std::string_view line)>;

constexpr std::size_t events_at_a_time = 256;
constexpr byte_size bytes_at_a_time{1U << 20U};

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto next = first_character(text);
        if (!next.valid) {
            return false;
        }
        text.remove_prefix(next.bytes);
    }
    return true;
}

json time_json(std::int64_t millis) {
    return millis == 0 ? json() : json(to_rfc3339(from_millis(millis)));
}

json event_json(const event& what) {
    json line{{"record", "event"},
              {"sequence", what.sequence},
              {"accepted", to_rfc3339(what.accepted)},
              {"endpoint", what.endpoint},
              {"id", what.id},
              {"type", what.type},
              {"collection", what.collection},
              {"document", what.document},
              {"peer", what.peer},
              {"unbranded", what.unbranded},
              {"timestamp", what.timestamp},
              {"signature", what.signature},
              {"json", what.json}};
    if (!what.traceparent.empty()) {
        line["traceparent"] = what.traceparent;
    }
    if (is_utf8(what.body)) {
        line["body"] = what.body;
    } else {
        line["body_base64"] = base64::encoded(std::as_bytes(std::span(what.body)));
    }
    return line;
}

storage_result<bool> write_events(event_table& events, const line_writer& write) {
    std::uint64_t last = 0;
    for (;;) {
        const auto part = events.read(last, events_at_a_time, bytes_at_a_time);
        if (!part || part->empty()) {
            return then(part, [](const auto&) { return true; });
        }
        for (const auto& each : *part) {
            if (!write(json_line(event_json(*each)) + '\n')) {
                return false;
            }
        }
        last = part->back()->sequence;
    }
}

json sink_json(const query& row) {
    return {{"record", "sink"},
            {"name", row.text(0)},
            {"cursor", row.sequence(1)},
            {"paused", row.number(2) != 0},
            {"at", time_json(row.number(3))}};
}

json definition_json(const query& row) {
    return {{"record", "definition"},
            {"sink", row.text(0)},
            {"first", row.sequence(1)},
            {"filters", parse_json(row.text(2))}};
}

json position_json(const query& row) {
    return {
        {"record", "position"}, {"sink", row.text(0)}, {"cursor", row.sequence(1)}, {"at", time_json(row.number(2))}};
}

json delivery_json(const query& row) {
    constexpr const char* states[] = {"retrying", "dead", "delivered", "dropped"};
    const auto state = row.sequence(2);
    return {{"record", "delivery"},      {"sequence", row.sequence(0)},
            {"sink", row.text(1)},       {"state", state < std::size(states) ? json(states[state]) : json(state)},
            {"attempts", row.number(3)}, {"time", time_json(row.number(4))},
            {"detail", row.text(5)}};
}

json attempt_json(const query& row) {
    constexpr const char* outcomes[] = {"delivered", "failed", "rejected"};
    const auto outcome = row.sequence(5);
    return {{"record", "attempt"},
            {"sequence", row.sequence(0)},
            {"sink", row.text(1)},
            {"number", row.number(2)},
            {"start", time_json(row.number(3))},
            {"milliseconds", row.number(4)},
            {"outcome", outcome < std::size(outcomes) ? json(outcomes[outcome]) : json(outcome)},
            {"code", row.is_null(6) ? json() : json(row.number(6))},
            {"detail", row.text(7)}};
}

/// The tables behind the events, in the order of the lines.
constexpr std::pair<const char*, json (*)(const query& row)> others[] = {
    {"SELECT name, cursor, paused, at FROM sink ORDER BY number", sink_json},
    {"SELECT name, first, filters FROM definition JOIN sink ON number = sink ORDER BY sink, first", definition_json},
    {"SELECT name, progress.cursor, progress.at FROM progress JOIN sink ON number = sink "
     "ORDER BY progress.sink, progress.cursor",
     position_json},
    {"SELECT sequence, name, state, attempts, time, detail FROM delivery JOIN sink ON number = sink "
     "ORDER BY sequence, sink",
     delivery_json},
    {"SELECT sequence, name, attempt.number, start, took, outcome, code, detail FROM attempt "
     "JOIN sink ON sink.number = attempt.sink ORDER BY sequence, sink, attempt.number",
     attempt_json},
};

} // namespace

storage_result<bool> write_journal(tables& from, const line_writer& write) {
    auto goes_on = write_events(from.events, write);
    for (const auto& [sql, to_json] : others) {
        if (!goes_on || !*goes_on) {
            break;
        }
        auto prepared = from.file.prepare(sql);
        if (!prepared) {
            return std::unexpected(prepared.error());
        }
        query rows(*prepared);
        auto row = rows.step();
        for (; row && *row && *goes_on; row = rows.step()) {
            *goes_on = write(json_line(to_json(rows)) + '\n');
        }
        goes_on = then(row, [&](bool) { return *goes_on; });
    }
    return goes_on;
}

} // namespace hookd::journal
