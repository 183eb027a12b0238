// SPDX-License-Identifier: MIT
#include "journal/memory/memory_tables.hpp"

#include "journal/selection.hpp"

#include <hookd/core/number.hpp>

#include <algorithm>
#include <utility>

namespace hookd::journal {

namespace {

/// One answer to `query` or `apply`: bytes answered, events changed.
constexpr std::size_t most_page_bytes = std::size_t{1} << 20U;
constexpr std::size_t most_repaired = 250;

std::uint64_t size_of(const event& what) {
    return sizeof(event) + what.body.size();
}

} // namespace

memory_tables::memory_tables(const journal_settings& bounds, journal_metrics& metrics) : metrics_(metrics) {
    configure(bounds);
}

void memory_tables::configure(const journal_settings& bounds) {
    retention_ = bounds.retention;
    max_size_ = bounds.max_size.bytes;
    publish_size();
}

void memory_tables::sweep(time now) {
    auto done = last_;
    for (const auto& [name, each] : sinks_) {
        done = each.open ? std::min(done, each.past.cursor()) : done;
    }
    for (auto next = events_.begin();
         next != events_.end() && next->first <= done && next->second.since + retention_ <= now;) {
        if (is_held(next->first)) {
            ++next;
            continue;
        }
        next = remove(next);
        ++metrics_.erased;
    }
    for (auto& [name, each] : sinks_) {
        each.past.forget_before(events_.empty() ? 0 : events_.begin()->first);
        if (!each.open) {
            const auto orphan = orphan_of(name, each);
            metrics_.sinks.put(
                name, {.cursor = each.past.cursor(), .waiting = orphan.waiting, .dead = orphan.dead, .orphan = true});
        }
    }
    ++metrics_.sweeps;
    publish_size();
}

std::map<std::uint64_t, memory_tables::stored>::iterator
memory_tables::remove(std::map<std::uint64_t, stored>::iterator gone) {
    const auto& what = *gone->second.what;
    size_ -= size_of(what);
    ids_.erase({what.endpoint, what.id});
    for (auto& [name, each] : sinks_) {
        each.rows.erase(gone->first);
        each.attempts.erase(gone->first);
    }
    return events_.erase(gone);
}

bool memory_tables::is_held(std::uint64_t sequence) const {
    return std::ranges::any_of(sinks_, [&](const auto& each) {
        const auto row = each.second.rows.find(sequence);
        return each.second.open && row != each.second.rows.end() && row->second.is_open();
    });
}

append_outcome memory_tables::append(const std::shared_ptr<event>& what, time now) {
    if (ids_.contains({what->endpoint, what->id})) {
        return append_outcome::duplicate;
    }
    if (size_ >= max_size_) {
        return append_outcome::full;
    }
    what->sequence = ++last_;
    ids_.emplace(std::pair(what->endpoint, what->id), last_);
    events_.emplace(last_, stored{.what = what, .since = now});
    size_ += size_of(*what);
    ++metrics_.stored;
    ++metrics_.commits;
    metrics_.batch_events.observe(1);
    metrics_.last_sequence = last_;
    publish_size();
    return append_outcome::stored;
}

std::vector<event_ptr> memory_tables::read(std::uint64_t after, std::size_t most, byte_size most_bytes) const {
    std::vector<event_ptr> found;
    std::uint64_t bytes = 0;
    for (auto next = events_.upper_bound(after);
         next != events_.end() && found.size() < most && bytes < most_bytes.bytes; ++next) {
        bytes += next->second.what->body.size();
        found.push_back(next->second.what);
    }
    return found;
}

event_ptr memory_tables::get(std::uint64_t sequence) const {
    const auto found = events_.find(sequence);
    return found != events_.end() ? found->second.what : nullptr;
}

memory_tables::sink* memory_tables::find(std::string_view name) {
    const auto found = sinks_.find(name);
    return found != sinks_.end() ? &found->second : nullptr;
}

const memory_tables::sink* memory_tables::find(std::string_view name) const {
    const auto found = sinks_.find(name);
    return found != sinks_.end() ? &found->second : nullptr;
}

sink_state memory_tables::open_sink(const sink_scope& scope) {
    const auto known = sinks_.find(scope.name);
    auto& opened =
        known != sinks_.end()
            ? known->second
            : sinks_.emplace(scope.name, sink{.past = sink_history({.cursor = last_, .at = {}})}).first->second;
    opened.past.define(opened.past.cursor() + 1, scope.filters);
    opened.open = true;
    publish(scope.name, opened);
    return state(scope.name);
}

void memory_tables::close_sink(std::string_view name) {
    if (auto* const found = find(name)) {
        found->open = false;
    }
}

void memory_tables::commit_cursor(std::string_view name, std::uint64_t cursor, unix_millis now) {
    if (auto* const found = find(name); found != nullptr && cursor > found->past.cursor()) {
        found->past.advance(cursor, now);
        publish(name, *found);
    }
}

unsigned memory_tables::add(sink& to, std::uint64_t sequence, attempt made) {
    auto& log = to.attempts[sequence];
    made = bounded(std::move(made));
    made.number = log.empty() ? 1 : log.back().number + 1;
    if (log.size() == most_attempts) {
        log.erase(log.begin());
    }
    log.push_back(std::move(made));
    return log.back().number;
}

void memory_tables::nack(std::string_view name, failure what) {
    if (auto* const found = find(name)) {
        if (what.made) {
            add(*found, what.sequence, *what.made);
        }
        put(name, what.sequence, row_of(what));
    }
}

void memory_tables::ack(std::string_view name, std::uint64_t sequence, attempt made) {
    if (auto* const found = find(name); found != nullptr && found->rows.contains(sequence)) {
        put(name, sequence, row_of(made, add(*found, sequence, made)));
    }
}

void memory_tables::put(std::string_view name, std::uint64_t sequence, delivery_row row) {
    if (auto* const found = find(name)) {
        found->rows.insert_or_assign(sequence, std::move(row));
        publish(name, *found);
    }
}

void memory_tables::pause(std::string_view name, bool paused) {
    if (auto* const found = find(name)) {
        found->paused = paused;
    }
}

sink_state memory_tables::state(std::string_view name) const {
    const auto* const found = find(name);
    sink_state shown;
    if (found == nullptr) {
        return shown;
    }
    shown.cursor = found->past.cursor();
    shown.paused = found->paused;
    for (const auto& [sequence, row] : found->rows) {
        if (row.state == row_state::dead) {
            ++shown.dead;
        } else if (row.state == row_state::retrying) {
            ++shown.waiting;
            shown.next_try = std::min(shown.next_try.value_or(row.time), row.time);
        }
    }
    return shown;
}

std::vector<due_event> memory_tables::due(std::string_view name, unix_millis now, std::size_t most,
                                          const std::vector<std::uint64_t>& except) const {
    std::vector<due_event> found;
    const auto* const asked = find(name);
    if (asked == nullptr) {
        return found;
    }
    for (const auto& [sequence, row] : asked->rows) {
        const auto subject = get(sequence);
        if (row.state == row_state::retrying && row.time <= now && subject != nullptr &&
            std::ranges::find(except, sequence) == except.end()) {
            found.push_back({.what = failure_of(sequence, row), .subject = subject});
        }
    }
    std::ranges::sort(found, {},
                      [](const due_event& each) { return std::pair(each.what.next_try, each.what.sequence); });
    found.resize(std::min(found.size(), most));
    return found;
}

std::vector<std::uint64_t> memory_tables::candidates(const event_query& what) const {
    std::vector<std::uint64_t> found;
    if (const auto& id = what.filter.id) {
        for (const auto& [key, sequence] : ids_) {
            if (key.second == *id) {
                found.push_back(sequence);
            }
        }
        if (const auto number = whole_number(*id); found.empty() && number) {
            found.push_back(*number);
        }
    } else {
        for (const auto& [sequence, each] : events_) {
            found.push_back(sequence);
        }
    }
    std::erase_if(found, [&](std::uint64_t each) { return !is_in_range(what, each); });
    std::ranges::sort(found);
    if (what.newest_first) {
        std::ranges::reverse(found);
    }
    return found;
}

event_details memory_tables::details_of(const event& what, const event_query& asked) const {
    event_details details{.head = what, .body_size = what.body.size(), .sinks = {}};
    details.head.body.clear();
    details.head.signature.clear();
    if (!asked.deliveries) {
        return details;
    }
    const auto row_of_sink = [&](const sink& known) {
        const auto row = known.rows.find(what.sequence);
        return row != known.rows.end() ? std::optional(row->second) : std::nullopt;
    };
    for (const auto& scope : asked.scopes) {
        const auto* const known = find(scope.name);
        details.sinks.push_back(delivery_of(scope, what, known != nullptr ? &known->past : nullptr,
                                            known != nullptr ? row_of_sink(*known) : std::nullopt));
    }
    for (const auto& [name, known] : sinks_) {
        if (std::ranges::find(asked.scopes, name, &sink_scope::name) == asked.scopes.end()) {
            if (auto shown = orphan_delivery_of(name, what, known.past, row_of_sink(known))) {
                details.sinks.push_back(std::move(*shown));
            }
        }
    }
    for (auto& each : details.sinks) {
        const auto* const known = asked.attempts ? find(each.sink) : nullptr;
        if (known != nullptr && known->attempts.contains(what.sequence)) {
            each.log = known->attempts.at(what.sequence);
        }
    }
    return details;
}

storage_result<event_page> memory_tables::query(const event_query& what) const {
    auto page = make_page(what, candidates(what), most_page_bytes,
                          [&](std::uint64_t sequence, std::size_t&) -> storage_result<std::optional<event_details>> {
                              const auto found = get(sequence);
                              return found != nullptr && matches_head(what.filter, *found)
                                         ? std::optional(details_of(*found, what))
                                         : std::nullopt;
                          });
    if (page) {
        page->last_sequence = last_;
    }
    return page;
}

storage_result<repaired> memory_tables::apply(const repair& what) {
    auto which = what.which;
    which.newest_first = false;
    which.most = std::min(which.most, most_repaired);
    const auto page = query(which);
    if (!page) {
        return std::unexpected(page.error());
    }
    return repair_page(*page, what, [&](const auto& sink, auto sequence, auto row) {
        put(sink, sequence, std::move(row));
        return storage_result<void>();
    });
}

storage_result<erased> memory_tables::erase(const erasure& what) {
    auto which = what.which;
    which.newest_first = false;
    which.most = most_repaired;
    const auto page = query(which);
    if (!page) {
        return std::unexpected(page.error());
    }
    auto done = erase_page(*page, what, [&](std::uint64_t sequence) {
        remove(events_.find(sequence));
        ++metrics_.erased;
        return storage_result<void>();
    });
    for (const auto& [name, each] : sinks_) {
        if (each.open) {
            publish(name, each);
        }
    }
    publish_size();
    return done;
}

void memory_tables::publish(std::string_view name, const sink& of) {
    const auto counts = state(name);
    metrics_.sinks.put(name, {.cursor = of.past.cursor(), .waiting = counts.waiting, .dead = counts.dead});
}

void memory_tables::publish_size() {
    metrics_.size_bytes = size_;
    metrics_.max_size_bytes = max_size_;
    metrics_.over_size = size_ >= max_size_;
}

} // namespace hookd::journal
