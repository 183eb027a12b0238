// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/sink_filters.hpp>
#include <hookd/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace hookd::journal {

/// What a sink asks for, from an event on until its next definition.
struct sink_definition {
    std::uint64_t first = 0; ///< The first event that it holds for.
    sink_filters filters;
};

/// Where a sink was at a time.
struct sink_position {
    std::uint64_t cursor = 0;
    unix_millis at; ///< 1970: unknown.
};

/// A sink's cursor, and what is needed to tell the past of an event without a row: which filters held when the sink
/// came to it, and when that was. A value; copies share the lists.
class sink_history {
public:
    /// A position is kept if the last one is at least this old: how inexact a time of delivery may be.
    static constexpr std::chrono::seconds spacing{10};
    /// Positions kept; beyond it, every second one of the older half goes.
    static constexpr std::size_t most_positions = 4096;

    explicit sink_history(sink_position now = {}) : now_(now) {}

    std::uint64_t cursor() const { return now_.cursor; }
    const sink_position& now() const { return now_; }
    const std::vector<sink_definition>& definitions() const { return *definitions_; }
    const std::vector<sink_position>& positions() const { return *positions_; }

    /// What an advance adds to the kept positions and removes from them.
    struct kept {
        std::optional<sink_position> added;
        std::optional<std::uint64_t> removed; ///< Its cursor.
    };
    kept advance(std::uint64_t cursor, unix_millis at);

    /// From `first` on these filters hold; `first` is behind the cursor. What must be kept; empty: they do already.
    std::optional<sink_definition> define(std::uint64_t first, const sink_filters& filters);

    /// As they were kept, in order.
    void load(sink_definition what);
    void load(std::vector<sink_position> all);

    /// No event before this one is left: what is needed only for those goes. Whether anything did.
    bool forget_before(std::uint64_t sequence);
    /// What `other` was until this one began becomes this one's past.
    void take_over(const sink_history& other);

    /// The first event that is its own; 0: that is unknown.
    std::uint64_t begin() const { return definitions_->empty() ? 0 : definitions_->front().first; }
    /// The definition that holds for the event; null: the event is before the sink, or definitions are unknown.
    const sink_definition* definition_of(std::uint64_t sequence) const;
    /// When the sink had passed the event; empty: unknown.
    std::optional<unix_millis> passed_at(std::uint64_t sequence) const;

private:
    sink_position now_;
    std::size_t thin_ = 1; // the next position to remove
    std::shared_ptr<const std::vector<sink_definition>> definitions_ =
        std::make_shared<const std::vector<sink_definition>>();
    std::shared_ptr<const std::vector<sink_position>> positions_ = std::make_shared<const std::vector<sink_position>>();
};

} // namespace hookd::journal
