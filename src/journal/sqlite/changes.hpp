// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/journal/storage.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::journal {

/// What sinks have reported since the last commit, only the latest state of each item. A sink's failures and its cursor
/// always go into the same commit, so that no cursor is past a failed event without its failure row.
class changes {
public:
    struct of_event {
        std::optional<failure> row;    ///< Empty: acknowledged.
        bool failed = false;           ///< It was reported as failed since the last commit.
        std::vector<attempt> attempts; ///< All since the last commit, oldest first, at most `most_attempts`.
    };
    struct of_sink {
        std::optional<std::uint64_t> cursor;
        std::map<std::uint64_t, of_event> failures; ///< By sequence.
    };

    void commit_cursor(std::string_view sink, std::uint64_t cursor);
    void nack(std::string_view sink, failure what);
    void ack(std::string_view sink, std::uint64_t sequence, attempt made);

    /// Takes back what could not be committed; anything reported since then takes precedence.
    void add_older(changes&& older);

    bool empty() const { return sinks_.empty(); }
    std::size_t failures() const { return failures_; }
    const std::map<std::string, of_sink, std::less<>>& sinks() const { return sinks_; }

private:
    of_sink& of(std::string_view sink);
    of_event& of(std::string_view sink, std::uint64_t sequence);

    std::map<std::string, of_sink, std::less<>> sinks_;
    std::size_t failures_ = 0;
};

} // namespace hookd::journal
