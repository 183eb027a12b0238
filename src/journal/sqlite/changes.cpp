// SPDX-License-Identifier: MIT
#include "journal/sqlite/changes.hpp"

#include "journal/selection.hpp"

#include <algorithm>
#include <utility>

namespace hookd::journal {

namespace {

void add(std::vector<attempt>& to, attempt made) {
    if (to.size() == most_attempts) {
        to.erase(to.begin());
    }
    to.push_back(std::move(made));
}

} // namespace

changes::of_sink& changes::of(std::string_view sink) {
    const auto found = sinks_.find(sink);
    return found != sinks_.end() ? found->second : sinks_[std::string(sink)];
}

changes::of_event& changes::of(std::string_view sink, std::uint64_t sequence) {
    const auto [found, added] = of(sink).failures.try_emplace(sequence);
    failures_ += added ? 1 : 0;
    return found->second;
}

void changes::commit_cursor(std::string_view sink, std::uint64_t cursor) {
    auto& kept = of(sink).cursor;
    kept = std::max(kept.value_or(0), cursor);
}

void changes::nack(std::string_view sink, failure what) {
    auto& kept = of(sink, what.sequence);
    if (what.made) {
        add(kept.attempts, bounded(*std::exchange(what.made, std::nullopt)));
    }
    kept.row = std::move(what);
    kept.failed = true;
}

void changes::ack(std::string_view sink, std::uint64_t sequence, attempt made) {
    auto& kept = of(sink, sequence);
    add(kept.attempts, bounded(std::move(made)));
    kept.row.reset();
}

void changes::add_older(changes&& older) {
    for (auto& [sink, old] : older.sinks_) {
        if (old.cursor) {
            commit_cursor(sink, *old.cursor);
        }
        for (auto& [sequence, earlier] : old.failures) {
            const auto before = failures_;
            auto& kept = of(sink, sequence);
            if (failures_ > before) {
                kept = std::move(earlier);
                continue;
            }
            kept.failed = kept.failed || earlier.failed;
            std::swap(kept.attempts, earlier.attempts);
            for (auto& later : earlier.attempts) {
                add(kept.attempts, std::move(later));
            }
        }
    }
    older = changes();
}

} // namespace hookd::journal
