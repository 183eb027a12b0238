// SPDX-License-Identifier: MIT
#include "journal/sqlite/block_index.hpp"

#include "journal/sqlite/millis.hpp"
#include "journal/sqlite/name_filter.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace hookd::journal {

storage_result<block_index> block_index::prepare(database& file) {
    block_index made;
    const std::pair<statement block_index::*, const char*> statements[] = {
        {&block_index::lowest_, "SELECT min(sequence) FROM event"},
        {&block_index::names_, "SELECT accepted, collection, document FROM event WHERE sequence BETWEEN ? AND ?"},
        {&block_index::add_, "INSERT OR REPLACE INTO block(number, oldest, newest, names) VALUES(?, ?, ?, ?)"},
        {&block_index::look_, "SELECT oldest, newest, names FROM block WHERE number = ?"},
        {&block_index::forget_, "DELETE FROM block WHERE number < ?"},
        {&block_index::forget_one_, "DELETE FROM block WHERE number = ?"},
    };
    if (const auto prepared = file.prepare_all(made, statements); !prepared) {
        return std::unexpected(prepared.error());
    }
    const auto first = file.number("SELECT ifnull(min(number), 0) FROM block");
    const auto next = file.number("SELECT ifnull(max(number) + 1, 0) FROM block");
    if (!first || !next) {
        return std::unexpected(!first ? first.error() : next.error());
    }
    made.first_ = static_cast<std::uint64_t>(*first);
    made.next_ = static_cast<std::uint64_t>(*next);
    return made;
}

storage_result<bool> block_index::add_next(database& file, std::uint64_t last_sequence) {
    if (last_sequence + 1 < (next_ + 1) * block_size) {
        return false;
    }
    std::uint64_t number = next_;
    const auto added = file.in_transaction([&] {
        const auto done = add(last_sequence);
        number = done.value_or(next_);
        return then(done, [](std::uint64_t) {});
    });
    return then(added, [&] {
        if (number == next_) {
            return false;
        }
        first_ = first_ == next_ ? number - 1 : first_;
        next_ = number;
        return true;
    });
}

// The number behind the added block; `next_`: nothing was added.
storage_result<std::uint64_t> block_index::add(std::uint64_t last_sequence) {
    auto number = next_;
    {
        query lowest(lowest_);
        const auto row = lowest.step();
        if (!row || lowest.is_null(0)) {
            return then(row, [&](bool) { return next_; });
        }
        number = std::max(number, lowest.sequence(0) / block_size);
    }
    if ((number + 1) * block_size > last_sequence + 1) {
        return next_;
    }
    const auto found = full_number_ == number ? storage_result<contents>(full_) : read(number);
    if (!found) {
        return std::unexpected(found.error());
    }
    const auto names = make_name_filter(found->names);
    return then(query(add_, number, found->oldest, found->newest, blob{names}).run(), [&] { return number + 1; });
}

storage_result<block_index::contents> block_index::read(std::uint64_t number) {
    contents found;
    query rows(names_, number * block_size, (number + 1) * block_size - 1);
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        found.add(rows.number(0), rows.text(1), rows.text(2));
    }
    return then(row, [&](bool) { return std::move(found); });
}

void block_index::contents::add(std::int64_t accepted, std::string_view collection, std::string_view document) {
    oldest = std::min(oldest, accepted);
    newest = std::max(newest, accepted);
    names.push_back(name_hash(name_kind::collection, collection));
    names.push_back(name_hash(name_kind::document, document));
}

void block_index::note(const event& stored) {
    if (stored.sequence % block_size == 0 || stored.sequence != noted_to_) {
        noted_ = {};
        noted_from_ = stored.sequence;
    }
    noted_to_ = stored.sequence + 1;
    noted_.add(to_millis(stored.accepted), stored.collection, stored.document);
    if (noted_to_ % block_size == 0 && noted_from_ % block_size == 0) {
        full_ = std::move(noted_);
        full_number_ = stored.sequence / block_size;
    }
}

// A block that is missing only makes searches slower.
storage_result<void> block_index::forget(std::uint64_t sequence) {
    noted_ = {};
    noted_to_ = 0;
    full_ = {};
    full_number_.reset();
    return query(forget_one_, sequence / block_size).run();
}

storage_result<void> block_index::forget_before(std::uint64_t sequence) {
    // If the transaction is rolled back, blocks are there that are not used.
    first_ = std::clamp(sequence / block_size, first_, next_);
    return query(forget_, sequence / block_size).run();
}

bool block_index::narrows(const event_filter& filter) {
    return filter.collection || filter.document || filter.since || filter.until;
}

storage_result<block_index::part> block_index::part_of(std::uint64_t sequence, const event_filter& filter) {
    const auto number = sequence / block_size;
    if (number >= next_) {
        return part{.first = next_ * block_size, .last = INT64_MAX};
    }
    if (number < first_) {
        return part{.first = 0, .last = first_ * block_size - 1};
    }
    part found{.first = number * block_size, .last = (number + 1) * block_size - 1};
    query rows(look_, number);
    return then(rows.step(), [&](bool there) {
        if (there) {
            const auto lacks = [&](name_kind kind, const auto& name) {
                return name && !may_contain(rows.text(2), name_hash(kind, *name));
            };
            const bool too_old = filter.since && rows.number(1) < to_millis(*filter.since);
            const bool too_new = filter.until && rows.number(0) >= to_millis(*filter.until);
            found.may_match = !too_old && !too_new && !lacks(name_kind::collection, filter.collection) &&
                              !lacks(name_kind::document, filter.document);
        }
        return found;
    });
}

} // namespace hookd::journal
