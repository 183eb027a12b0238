// SPDX-License-Identifier: MIT
#include "journal/sqlite/event_table.hpp"

#include <hookd/core/failpoint.hpp>

#include <algorithm>
#include <memory>

namespace hookd::journal {

namespace {

constexpr auto insert_sql =
    "INSERT INTO event(sequence, accepted, endpoint, id, type, unbranded, json, peer, timestamp, collection, document, "
    "signature, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr auto once_sql = " ON CONFLICT(endpoint, id) DO NOTHING";
constexpr auto read_sql =
    "SELECT sequence, accepted, endpoint, id, type, unbranded, json, peer, timestamp, collection, document, signature, "
    "body FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?";
constexpr auto find_sql =
    "SELECT sequence, accepted, endpoint, id, type, unbranded, json, peer, timestamp, collection, document, signature, "
    "body FROM event WHERE sequence = ?";

storage_error damaged(const std::string& what) {
    return {storage_errc::broken, "the journal is damaged: " + what};
}

} // namespace

storage_result<event_table> event_table::prepare(database& file) {
    event_table made;
    const auto insert_once = std::string(insert_sql) + (failpoint("no_unique_id") ? "" : once_sql);
    const std::pair<statement event_table::*, const char*> statements[] = {
        {&event_table::insert_, insert_once.c_str()},
        {&event_table::insert_trace_, "INSERT INTO trace(sequence, parent) VALUES(?, ?)"},
        {&event_table::trace_, "SELECT parent FROM trace WHERE sequence = ?"},
        {&event_table::erase_trace_, "DELETE FROM trace WHERE sequence = ?"},
        {&event_table::holds_, "SELECT 1 FROM event WHERE endpoint = ? AND id = ?"},
        {&event_table::with_id_, "SELECT sequence FROM event WHERE endpoint = ? AND id = ?"},
        {&event_table::read_, read_sql},
        {&event_table::find_, find_sql},
        {&event_table::ages_, "SELECT sequence, accepted FROM event WHERE sequence > ? AND sequence <= ? "
                              "ORDER BY sequence LIMIT ?"},
        {&event_table::heads_,
         "SELECT sequence, type, endpoint, collection, document, json FROM event WHERE sequence > ? AND sequence <= ? "
         "ORDER BY sequence LIMIT ?"},
        {&event_table::lowest_, "SELECT min(sequence) FROM event"},
        {&event_table::erase_, "DELETE FROM event WHERE sequence = ?"},
        {&event_table::insert_endpoint_, "INSERT INTO endpoint(number, name) VALUES(?, ?)"},
        {&event_table::high_water_, "SELECT max(high_water, (SELECT ifnull(max(sequence), 0) FROM event)) FROM state"},
        {&event_table::set_high_water_, "UPDATE state SET high_water = ?"},
        {&event_table::newest_, "SELECT sequence FROM event ORDER BY sequence DESC LIMIT ?"},
        {&event_table::newest_accepted_, "SELECT endpoint, max(accepted) FROM (SELECT endpoint, accepted FROM event "
                                         "ORDER BY sequence DESC LIMIT ?) GROUP BY endpoint"},
    };
    if (const auto prepared = file.prepare_all(made, statements); !prepared) {
        return std::unexpected(prepared.error());
    }
    if (auto loaded = made.load_endpoints(file); !loaded) {
        return std::unexpected(loaded.error());
    }
    const auto traces = file.number("SELECT EXISTS(SELECT 1 FROM trace)");
    if (!traces) {
        return std::unexpected(traces.error());
    }
    made.has_traces_ = *traces != 0;
    return made;
}

storage_result<void> event_table::load_endpoints(database& file) {
    auto all = file.prepare("SELECT number, name FROM endpoint");
    if (!all) {
        return std::unexpected(all.error());
    }
    query rows(*all);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        names_.emplace(rows.number(0), rows.text(1));
        numbers_.emplace(rows.text(1), rows.number(0));
    }
    return then(row, [](bool) {});
}

storage_result<std::int64_t> event_table::endpoint_number(const std::string& name) {
    if (const auto known = numbers_.find(name); known != numbers_.end()) {
        return known->second;
    }
    const auto number = names_.empty() ? 1 : names_.rbegin()->first + 1;
    return then(query(insert_endpoint_, number, name).run(), [&] {
        names_.emplace(number, name);
        numbers_.emplace(name, number);
        fresh_.push_back(name);
        return number;
    });
}

void event_table::rolled_back() {
    for (const auto& name : fresh_) {
        const auto gone = numbers_.find(name);
        names_.erase(gone->second);
        numbers_.erase(gone);
    }
    fresh_.clear();
}

storage_result<bool> event_table::insert(const event& what) {
    const auto endpoint = endpoint_number(what.endpoint);
    if (!endpoint) {
        return std::unexpected(endpoint.error());
    }
    query row(insert_, what.sequence, std::int64_t{what.accepted.time_since_epoch().count()}, *endpoint, what.id,
              what.type, what.unbranded, what.json, what.peer, what.timestamp, what.collection, what.document,
              what.signature, blob{what.body});
    const auto done = then(row.run(), [&] { return row.changed() > 0; });
    if (!done || !*done || what.traceparent.empty()) {
        return done;
    }
    has_traces_ = true;
    return then(query(insert_trace_, what.sequence, what.traceparent).run(), [] { return true; });
}

storage_result<bool> event_table::holds(std::string_view endpoint, std::string_view id) {
    const auto known = numbers_.find(endpoint);
    if (known == numbers_.end()) {
        return false;
    }
    return query(holds_, known->second, id).step();
}

storage_result<std::vector<std::uint64_t>> event_table::with_id(std::string_view id) {
    std::vector<std::uint64_t> found;
    for (const auto& [number, name] : names_) {
        query row(with_id_, number, id);
        const auto there = row.step();
        if (!there) {
            return std::unexpected(there.error());
        }
        if (*there) {
            found.push_back(row.sequence(0));
        }
    }
    return found;
}

storage_result<event_ptr> event_table::row(const query& from) {
    const auto endpoint = names_.find(from.number(2));
    if (endpoint == names_.end()) {
        return event_ptr();
    }
    auto made = std::make_shared<event>();
    made->sequence = from.sequence(0);
    made->accepted = unix_millis(std::chrono::milliseconds(from.number(1)));
    made->endpoint = endpoint->second;
    made->id = from.text(3);
    made->type = from.text(4);
    made->unbranded = from.number(5) != 0;
    made->json = from.number(6) != 0;
    made->peer = from.text(7);
    made->timestamp = from.text(8);
    made->collection = from.text(9);
    made->document = from.text(10);
    made->signature = from.text(11);
    made->body = from.text(12);
    if (has_traces_) {
        query trace(trace_, made->sequence);
        const auto there = trace.step();
        if (!there) {
            return std::unexpected(there.error());
        }
        made->traceparent = *there ? trace.text(0) : std::string();
    }
    return event_ptr(std::move(made));
}

storage_result<std::vector<event_ptr>> event_table::read(std::uint64_t after, std::size_t most, byte_size most_bytes) {
    std::vector<event_ptr> found;
    std::uint64_t bytes = 0;
    query rows(read_, after, static_cast<std::uint64_t>(most));
    auto more = rows.step();
    for (; more && *more; more = rows.step()) {
        auto made = row(rows);
        if (!made) {
            return std::unexpected(made.error());
        }
        auto next = std::move(*made);
        if (!next) {
            return std::unexpected(damaged("event " + std::to_string(rows.number(0)) + " has an unknown endpoint"));
        }
        bytes += next->body.size();
        found.push_back(std::move(next));
        if (bytes >= most_bytes.bytes) {
            return found;
        }
    }
    return then(more, [&](bool) { return std::move(found); });
}

storage_result<event_ptr> event_table::find(std::uint64_t sequence) {
    query rows(find_, sequence);
    return then(rows.step(), [&](bool there) { return there ? row(rows) : storage_result<event_ptr>(); });
}

storage_result<std::vector<event_table::age>> event_table::ages(std::uint64_t after, std::uint64_t up_to,
                                                                std::size_t most) {
    std::vector<age> found;
    query rows(ages_, after, up_to, static_cast<std::uint64_t>(most));
    auto more = rows.step();
    for (; more && *more; more = rows.step()) {
        found.push_back({rows.sequence(0), unix_millis(std::chrono::milliseconds(rows.number(1)))});
    }
    return then(more, [&](bool) { return std::move(found); });
}

storage_result<void> event_table::erase(std::uint64_t sequence) {
    const auto done = query(erase_, sequence).run();
    return has_traces_ ? then(done, [&] { return query(erase_trace_, sequence).run(); }) : done;
}

storage_result<std::vector<event>> event_table::heads(std::uint64_t after, std::uint64_t up_to, std::size_t most) {
    std::vector<event> found;
    query rows(heads_, after, up_to, static_cast<std::uint64_t>(most));
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        const auto endpoint = names_.find(rows.number(2));
        found.push_back({.sequence = rows.sequence(0),
                         .endpoint = endpoint != names_.end() ? endpoint->second : std::string{},
                         .id = {},
                         .type = rows.text(1),
                         .collection = rows.text(3),
                         .document = rows.text(4),
                         .peer = {},
                         .timestamp = {},
                         .signature = {},
                         .json = rows.number(5) != 0,
                         .body = {}});
    }
    return then(row, [&](bool) { return std::move(found); });
}

storage_result<std::optional<std::uint64_t>> event_table::lowest() {
    query rows(lowest_);
    return then(rows.step(),
                [&](bool there) { return there && !rows.is_null(0) ? std::optional(rows.sequence(0)) : std::nullopt; });
}

storage_result<std::uint64_t> event_table::highest_ever() {
    query row(high_water_);
    return then(row.step(), [&](bool there) -> storage_result<std::uint64_t> {
        if (!there) {
            return std::unexpected(damaged("the table state is empty"));
        }
        return row.sequence(0);
    });
}

storage_result<void> event_table::keep_high_water(std::uint64_t sequence) {
    return query(set_high_water_, sequence).run();
}

storage_result<std::map<std::string, unix_millis>> event_table::newest_accepted(std::size_t most) {
    std::map<std::string, unix_millis> found;
    query rows(newest_accepted_, static_cast<std::uint64_t>(most));
    auto more = rows.step();
    for (; more && *more; more = rows.step()) {
        if (const auto endpoint = names_.find(rows.number(0)); endpoint != names_.end()) {
            found.emplace(endpoint->second, std::chrono::milliseconds(rows.number(1)));
        }
    }
    return then(more, [&](bool) { return std::move(found); });
}

storage_result<void> event_table::check_newest(std::size_t most) {
    query rows(newest_, static_cast<std::uint64_t>(most));
    auto more = rows.step();
    for (; more && *more; more = rows.step()) {
        const auto sequence = rows.sequence(0);
        const auto what = find(sequence);
        if (!what) {
            return std::unexpected(what.error());
        }
        const auto indexed = *what ? holds((*what)->endpoint, (*what)->id) : storage_result<bool>(false);
        if (!indexed) {
            return std::unexpected(indexed.error());
        }
        if (!*indexed) {
            return std::unexpected(damaged("event " + std::to_string(sequence) + " is incomplete"));
        }
    }
    return then(more, [](bool) {});
}

} // namespace hookd::journal
