// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/statement.hpp"
#include "journal/sqlite/then.hpp"

#include <hookd/journal/event_search.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hookd::journal {

/// What there is in each block of 1024 sequence numbers: the times of acceptance, and which collections and documents.
/// A search leaves out blocks without what it looks for. An index over the names would cost each event a page of the
/// log at a random place; this costs it two bytes.
class block_index {
public:
    static constexpr std::uint64_t block_size = 1024;

    static storage_result<block_index> prepare(database& file);

    /// An event was stored, after all that were noted before: its block need not be read again.
    void note(const event& stored);
    /// Adds the next block, in a transaction of its own. False: there is none whose events are all there.
    storage_result<bool> add_next(database& file, std::uint64_t last_sequence);
    /// Within a transaction: the event was deleted, and nothing of its names is to be left.
    storage_result<void> forget(std::uint64_t sequence);
    /// Within a transaction: no event before this one is left.
    storage_result<void> forget_before(std::uint64_t sequence);

    /// Whether it can leave out anything.
    static bool narrows(const event_filter& filter);
    /// Sequence numbers, the bounds included, and whether an event among them may match.
    struct part {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        bool may_match = true;
    };
    /// The part that the number is in: a block, or what is not indexed on one side.
    storage_result<part> part_of(std::uint64_t sequence, const event_filter& filter);

private:
    /// What there is in a block.
    struct contents {
        std::int64_t oldest = INT64_MAX;
        std::int64_t newest = INT64_MIN;
        std::vector<std::uint64_t> names;
        void add(std::int64_t accepted, std::string_view collection, std::string_view document);
    };

    block_index() = default;
    storage_result<std::uint64_t> add(std::uint64_t last_sequence);
    storage_result<contents> read(std::uint64_t number);

    contents noted_;
    std::uint64_t noted_from_ = 0; // the first event in it
    std::uint64_t noted_to_ = 0;   // behind the last one
    contents full_;                // of the block `full_number_`, once all of its events were noted
    std::optional<std::uint64_t> full_number_;
    std::uint64_t first_ = 0; // blocks from here on are indexed,
    std::uint64_t next_ = 0;  // up to this one
    statement lowest_;
    statement names_;
    statement add_;
    statement look_;
    statement forget_;
    statement forget_one_;
};

} // namespace hookd::journal
