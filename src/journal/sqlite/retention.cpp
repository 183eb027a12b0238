// SPDX-License-Identifier: MIT
#include "journal/sqlite/retention.hpp"

#include <hookd/core/failpoint.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>

namespace hookd::journal {

retention::retention(database& file, event_table& events, ledger& sinks, block_index& blocks,
                     std::chrono::milliseconds keep, const tuning& limits)
    : file_(file), events_(events), sinks_(sinks), blocks_(blocks), keep_(keep), limits_(limits) {}

storage_result<std::size_t> retention::step(unix_millis now, std::uint64_t last) {
    const auto begun = then(forget_absent_sinks(), [&] { return sweeping_ ? storage_result<void>() : begin_sweep(); });
    if (!begun) {
        return std::unexpected(begun.error());
    }
    const auto limit = std::min(last, sinks_.lowest_cursor().value_or(last));
    const auto old = find_old(now, limit);
    if (!old) {
        return std::unexpected(old.error());
    }
    auto erased = erase(old->up_to, last);
    if (!erased) {
        end_sweep();
        return erased;
    }
    if (!old->more && erased_ >= old->up_to) {
        end_sweep();
        return then(forget_past(), [&] { return *erased; });
    }
    return erased;
}

storage_result<void> retention::begin_sweep() {
    sweeping_ = true;
    const bool left_some = passed_over_ || looked_at_ > old_;
    if (left_some && limits_.now() - restarted_ >= limits_.sweep_restart) {
        restarted_ = limits_.now();
        passed_over_ = false;
        erased_ = 0;
        looked_at_ = 0;
        old_ = 0;
    }
    return sinks_.publish_orphans(events_, limits_.orphan_rows);
}

void retention::end_sweep() {
    sweeping_ = false;
    ++sweeps_;
    next_ = limits_.now() + limits_.sweep_pause;
    tell_losses();
}

void retention::tell_losses() {
    for (const auto& [name, lost] : lost_) {
        spdlog::warn("journal: retention has deleted {} dead letter(s) and {} waiting event(s) of sink {}, which is "
                     "not configured",
                     lost.dead, lost.waiting, name);
    }
    lost_.clear();
}

/// What only events that are gone needed.
storage_result<void> retention::forget_past() {
    const auto lowest = events_.lowest();
    if (!lowest || !*lowest || **lowest == past_of_) {
        return then(lowest, [](const auto&) {});
    }
    const auto done = file_.in_transaction(
        [&] { return then(sinks_.forget_before(**lowest), [&] { return blocks_.forget_before(**lowest); }); });
    if (!done) {
        sinks_.rolled_back();
        return done;
    }
    sinks_.committed();
    past_of_ = **lowest;
    return done;
}

// At start-up the sinks are opened one after the other, and until all are there the file's own list of them counts. A
// sink that is in the file but no longer configured must not hold events back forever.
storage_result<void> retention::forget_absent_sinks() {
    if (grace_over_ || limits_.now() - opened_ < limits_.sink_grace) {
        return {};
    }
    grace_over_ = true;
    const auto forgotten = sinks_.forget_unopened();
    if (forgotten.empty()) {
        return {};
    }
    return then(sinks_.orphans(events_, {}, limits_.orphan_rows), [&](const auto& all) {
        for (const auto& each : all) {
            if (std::ranges::find(forgotten, each.name) != forgotten.end()) {
                spdlog::warn("journal: sink {} is no longer configured, events are no longer kept for it; it has left "
                             "{} dead letter(s) and {} waiting event(s), which are deleted with their events: to "
                             "keep them, run 'colivara-hookd sinks rename'",
                             each.name, each.dead, each.waiting);
            }
        }
    });
}

// Sequence and time of acceptance rise together but for a clock that was set: an event that is younger in the journal
// and old by its time makes all before it old. Times in the future are looked through, so that an hour of a clock that
// ran ahead does not stop the retention for as long as it ran ahead.
storage_result<retention::span_of_old> retention::find_old(unix_millis now, std::uint64_t limit) {
    if (old_ > erased_) {
        // A sink may have come back since then, that has not got all of these yet.
        return span_of_old{.more = old_ <= limit, .up_to = std::min(old_, limit)};
    }
    const auto keep = failpoint("duplicate_window_short") ? keep_.load() / 2 : keep_.load();
    const auto ages = events_.ages(looked_at_, limit, limits_.retention_step);
    if (!ages) {
        return std::unexpected(ages.error());
    }
    for (const auto& [sequence, accepted] : *ages) {
        if (accepted <= now && accepted > now - keep) {
            return span_of_old{.more = false, .up_to = old_};
        }
        looked_at_ = sequence;
        if (accepted <= now) {
            old_ = sequence;
        }
    }
    return span_of_old{.more = ages->size() == limits_.retention_step, .up_to = old_};
}

storage_result<void> retention::erase_each(std::span<const event_table::age> all, const std::set<std::uint64_t>& but,
                                           const std::set<std::uint64_t>& with_rows) {
    for (const auto& [sequence, accepted] : all) {
        if (but.contains(sequence)) {
            continue;
        }
        if (auto gone = events_.erase(sequence); !gone) {
            return gone;
        }
        if (!with_rows.contains(sequence)) {
            continue;
        }
        if (auto gone = sinks_.erase_rows(sequence); !gone) {
            return gone;
        }
    }
    return {};
}

void retention::note(const ledger::losses& gone) {
    for (const auto& [name, lost] : gone.sinks) {
        auto& so_far = lost_[name];
        so_far.dead += lost.dead;
        so_far.waiting += lost.waiting;
    }
}

storage_result<std::size_t> retention::erase(std::uint64_t up_to, std::uint64_t last) {
    const auto candidates = events_.ages(erased_, up_to, limits_.retention_step);
    if (!candidates) {
        return std::unexpected(candidates.error());
    }
    if (candidates->empty()) {
        erased_ = std::max(erased_, up_to);
        return 0;
    }
    const auto end = candidates->back().sequence;
    const auto held = sinks_.held_back(erased_, end);
    if (!held) {
        return std::unexpected(held.error());
    }
    if (held->size() < candidates->size()) {
        const auto going = sinks_.find_losses(events_, erased_, end, *held);
        const auto done = then(going, [&](const ledger::losses& lost) {
            return file_.in_transaction([&] {
                return then(erase_each(*candidates, *held, lost.rows), [&] { return events_.keep_high_water(last); });
            });
        });
        if (!done) {
            return std::unexpected(done.error());
        }
        note(*going);
    }
    passed_over_ = passed_over_ || !held->empty();
    erased_ = end;
    return candidates->size() - held->size();
}

} // namespace hookd::journal
