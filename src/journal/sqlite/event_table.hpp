// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/statement.hpp"
#include "journal/sqlite/then.hpp"

#include <hookd/core/byte_size.hpp>
#include <hookd/core/event.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookd::journal {

/// The stored events and the numbers of their endpoints.
class event_table {
public:
    static storage_result<event_table> prepare(database& file);

    /// Within a transaction. False: its endpoint has an event of this id.
    storage_result<bool> insert(const event& what);
    /// Whether the endpoint has an event of this id.
    storage_result<bool> holds(std::string_view endpoint, std::string_view id);
    /// Tell it how each transaction with inserts ended: its new endpoints are kept or forgotten.
    void committed() { fresh_.clear(); }
    void rolled_back();

    /// Events after `after`, until there are `most` or their bodies reach `most_bytes`.
    storage_result<std::vector<event_ptr>> read(std::uint64_t after, std::size_t most, byte_size most_bytes);
    storage_result<event_ptr> find(std::uint64_t sequence);
    /// Sequence numbers of the events with this message id, one per endpoint.
    storage_result<std::vector<std::uint64_t>> with_id(std::string_view id);
    /// The event in a row that has this table's columns in their order; null where it names no known endpoint.
    storage_result<event_ptr> row(const query& from);

    struct age {
        std::uint64_t sequence = 0;
        unix_millis accepted;
    };
    /// Sequence numbers in (after, up_to] that are there, at most `most`.
    storage_result<std::vector<age>> ages(std::uint64_t after, std::uint64_t up_to, std::size_t most);
    storage_result<void> erase(std::uint64_t sequence);

    /// What filters look at but for the body, of the events in (after, up_to], at most `most`.
    storage_result<std::vector<event>> heads(std::uint64_t after, std::uint64_t up_to, std::size_t most);
    /// The lowest sequence number that is there; empty: none is.
    storage_result<std::optional<std::uint64_t>> lowest();

    /// The highest sequence number ever given, events that are gone included.
    storage_result<std::uint64_t> highest_ever();
    /// Within the transaction that erases events.
    storage_result<void> keep_high_water(std::uint64_t sequence);

    /// When the newest of each endpoint was accepted, among the `most` newest events.
    storage_result<std::map<std::string, unix_millis>> newest_accepted(std::size_t most);

    /// Reads the newest events whole and looks each up by its id: what a torn file gets wrong first.
    storage_result<void> check_newest(std::size_t most);

private:
    event_table() = default;
    storage_result<std::int64_t> endpoint_number(const std::string& name);
    storage_result<void> load_endpoints(database& file);

    statement insert_;
    statement insert_trace_;
    statement trace_;
    statement erase_trace_;
    statement holds_;
    statement with_id_;
    statement read_;
    statement find_;
    statement ages_;
    statement erase_;
    statement heads_;
    statement lowest_;
    statement insert_endpoint_;
    statement high_water_;
    statement set_high_water_;
    statement newest_;
    statement newest_accepted_;
    bool has_traces_ = false; // few senders have any
    std::map<std::string, std::int64_t, std::less<>> numbers_;
    std::map<std::int64_t, std::string> names_;
    std::vector<std::string> fresh_; // added by the current transaction
};

} // namespace hookd::journal
