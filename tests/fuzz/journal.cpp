// SPDX-License-Identifier: MIT
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "journal/sqlite/history.hpp"
#include "journal/sqlite/schema.hpp"
#include "sinks/queue/queue_name.hpp"

#include <hookd/sinks/event_line.hpp>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <unistd.h>

namespace hookd::fuzz {

namespace {

namespace jn = hookd::journal;

/// The journal works on whatever rows it has.
template <class Value>
Value good(jn::storage_result<Value> value) {
    require(value.has_value(), value ? std::string_view{} : value.error().message);
    if constexpr (!std::is_void_v<Value>) {
        return std::move(*value);
    }
}

/// Rows that cannot be are found, and said to be damage.
template <class Value>
std::optional<Value> unless_damaged(jn::storage_result<Value> value) {
    if (value) {
        return std::move(*value);
    }
    require(value.error().message.starts_with("the journal is damaged"), value.error().message);
    return std::nullopt;
}

/// A file in memory, as long as the process runs.
class memory_file {
public:
    memory_file() {
        const int descriptor = mkstemp(path_.data());
        require(descriptor >= 0, "a file in memory");
        ::close(descriptor);
    }
    memory_file(const memory_file&) = delete;
    memory_file& operator=(const memory_file&) = delete;
    ~memory_file() {
        ::unlink(path_.c_str());
        ::unlink((path_ + "-wal").c_str());
    }
    const std::string& path() const { return path_; }

private:
    std::string path_ = "/dev/shm/fuzzed-journal-XXXXXX";
};

/// A journal that is empty again after each run.
class file {
public:
    file() : database_{good(jn::database::open(place_.path()))} {
        good(database_.use_write_ahead_log());
        good(jn::create_schema(database_));
        good(database_.execute("INSERT INTO endpoint VALUES(1, 'colivara');"
                               "INSERT INTO sink(number, name, cursor, paused) VALUES(1, 'a', 3, 0), (2, 'b', 0, 1);"));
        insert_ = good(database_.prepare("INSERT OR IGNORE INTO event VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)"));
        fail_ = good(database_.prepare("INSERT OR IGNORE INTO delivery VALUES(?,?,?,?,?,?)"));
    }
    file(const file&) = delete;
    file& operator=(const file&) = delete;
    ~file() = default;

    void begin() { good(database_.execute("BEGIN")); }
    void forget() { good(database_.execute("ROLLBACK")); }
    void add_event(std::int64_t sequence, std::int64_t accepted, std::int64_t endpoint, std::string_view id,
                   std::string_view name, bool json, std::string_view body) {
        jn::query row{insert_, sequence, accepted, endpoint, id,   name, sequence,
                      json,    name,     name,     name,     name, name, jn::blob{body}};
        good(row.run());
    }
    void add_failure(std::int64_t sequence, std::int64_t sink, std::int64_t next_try, std::string_view detail) {
        jn::query row{fail_, sequence, sink, next_try, next_try, (sequence & 3), detail};
        good(row.run());
    }
    jn::database& get() { return database_; }

private:
    memory_file place_;
    jn::database database_;
    jn::statement insert_;
    jn::statement fail_;
};

std::int64_t any_number(input& from) {
    std::uint64_t value = 0;
    for (auto bytes = from.byte() % 9; bytes > 0; --bytes) {
        value = (value << 8U) | from.byte();
    }
    return static_cast<std::int64_t>(value);
}

void fill(file& rows, input& parts) {
    for (auto left = parts.byte() % 4; left > 0; --left) {
        const auto sequence = any_number(parts);
        const auto accepted = any_number(parts);
        const auto kind = parts.byte();
        const auto id = parts.line();
        const auto name = parts.line();
        rows.add_event(sequence, accepted, kind % 3, id, name, (kind & 4) != 0, parts.line());
        if ((kind & 8) != 0) {
            rows.add_failure(sequence, kind % 5, accepted, name);
        }
    }
}

jn::event_query any_query(input& parts) {
    jn::event_query what;
    const auto kind = parts.byte();
    what.newest_first = (kind & 1) != 0;
    if ((kind & 2) != 0) {
        what.filter.id = parts.line();
    }
    if ((kind & 4) != 0) {
        what.filter.type = what.filter.endpoint = parts.line();
    }
    if ((kind & 8) != 0) {
        what.filter.document = parts.line();
    }
    if ((kind & 16) != 0) {
        what.filter.since = unix_millis{std::chrono::milliseconds{any_number(parts)}};
    }
    if ((kind & 32) != 0) {
        what.filter.state = static_cast<jn::delivery_state>(parts.byte() % 9);
    }
    if ((kind & 64) != 0) {
        what.filter.sink = "a";
    }
    what.from = static_cast<std::uint64_t>(any_number(parts));
    what.up_to = static_cast<std::uint64_t>(any_number(parts));
    what.scopes = {
        {.name = "a"}, {.name = "b", .filters = {.events = {"x*"}, .endpoints = {"colivara"}}}, {.name = "none"}};
    return what;
}

void hand_on(const event_ptr& what) {
    if (what != nullptr) {
        require(!sinks::event_line(*what).contains('\n'), "an event is one line");
        require(what->id.empty() || sinks::is_queue_name(sinks::queue_name(*what)), "a file's name is ours");
    }
}

} // namespace

void journal(std::string_view bytes) {
    static file rows;
    input parts{bytes};
    rows.begin();
    fill(rows, parts);
    const auto what = any_query(parts);
    auto events = good(jn::event_table::prepare(rows.get()));
    auto sinks = good(jn::ledger::prepare(rows.get()));
    auto past = good(jn::history::prepare(rows.get()));
    if (const auto page = unless_damaged(past.read_page(events, sinks, what, {}))) {
        require(page->events.size() <= what.most, "no more than was asked for");
    }
    if (const auto read = unless_damaged(events.read(0, 10, byte_size{4096}))) {
        std::ranges::for_each(*read, hand_on);
    }
    jn::repair wanted{.kind = what.newest_first ? jn::repair_kind::drop : jn::repair_kind::replay,
                      .which = what,
                      .dry_run = false,
                      .now = unix_millis{std::chrono::milliseconds{1'764'000'000'000}}};
    unless_damaged(past.apply(events, sinks, wanted, {}));
    if (const auto due = unless_damaged(sinks.due(events, "a", wanted.now, 10, byte_size{4096}, {}))) {
        std::ranges::for_each(*due, [](const auto& each) { hand_on(each.subject); });
    }
    rows.forget();
}

} // namespace hookd::fuzz
