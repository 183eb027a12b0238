// SPDX-License-Identifier: MIT
#include "journal/sqlite/changes.hpp"

#include "journal/selection.hpp"

#include <algorithm>
#include <utility>

namespace hookd::journal {

changes::of_sink& changes::of(std::string_view sink) {
    const auto found = sinks_.find(sink);
    return found != sinks_.end() ? found->second : sinks_[std::string(sink)];
}

void changes::commit_cursor(std::string_view sink, std::uint64_t cursor) {
    auto& kept = of(sink).cursor;
    kept = std::max(kept.value_or(0), cursor);
}

void changes::nack(std::string_view sink, failure what) {
    const auto sequence = what.sequence;
    failures_ += of(sink).failures.insert_or_assign(sequence, bounded(std::move(what))).second ? 1 : 0;
}

void changes::ack(std::string_view sink, std::uint64_t sequence) {
    failures_ += of(sink).failures.insert_or_assign(sequence, std::nullopt).second ? 1 : 0;
}

void changes::add_older(changes&& older) {
    for (auto& [sink, old] : older.sinks_) {
        if (old.cursor) {
            commit_cursor(sink, *old.cursor);
        }
        auto& failures = of(sink).failures;
        const auto before = failures.size();
        failures.merge(old.failures);
        failures_ += failures.size() - before;
    }
    older = changes();
}

} // namespace hookd::journal
