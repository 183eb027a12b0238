// SPDX-License-Identifier: MIT
#pragma once

#include "journal/sink_history.hpp"

#include <hookd/journal/delivery_store.hpp>
#include <hookd/journal/event_search.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

/// What a search and a repair mean, whatever the events and delivery states are kept in.
namespace hookd::journal {

/// As far as the filter speaks of the event itself.
bool matches_head(const event_filter& filter, const event& head);
/// As far as it speaks of sinks, or of texts that may be theirs. With none named: of any; `delivered`: by all that want
/// it, and by one at least.
bool matches_sinks(const event_filter& filter, const event_details& details);
/// What is behind `from` in the order asked for, and not past `up_to`.
bool is_in_range(const event_query& what, std::uint64_t sequence);

/// What is kept of a delivery that did not succeed at once.
enum class row_state : std::uint8_t { retrying = 0, dead = 1, delivered = 2, dropped = 3 };
struct delivery_row {
    row_state state{};
    unsigned attempts = 0;
    unix_millis time; ///< The next attempt, or the end. Meaningless when dead.
    std::string detail;

    bool is_open() const { return state == row_state::retrying || state == row_state::dead; }
};

// An event whose filters are looked at has its body if `needs_body` says so.

/// The delivery of an event. `known`: the sink in the journal; null: there is none.
sink_delivery delivery_of(const sink_scope& scope, const event& head, const sink_history* known,
                          std::optional<delivery_row> row);
/// The same for a sink that is in no configuration; empty: it was not to get the event.
std::optional<sink_delivery> orphan_delivery_of(const std::string& sink, const event& head, const sink_history& known,
                                                std::optional<delivery_row> row);
/// Whether an orphan has not reached the event, but was to get it.
bool waits_for(const sink_history& orphan, const event& head);

/// Bytes of a page that it takes.
std::size_t weight(const event_details& details);

/// A page of those candidates, which are in the order asked for, that match; at most about `most_bytes` of it.
/// `look(sequence, bytes)` tells of one, or nothing where the event is gone or the filter says no to it; and adds to
/// `bytes` what else it had to read.
template <class Look>
storage_result<event_page> make_page(const event_query& what, std::span<const std::uint64_t> candidates,
                                     std::size_t most_bytes, const Look& look) {
    event_page page{.events = {}, .position = what.from};
    std::size_t bytes = 0;
    for (const auto sequence : candidates) {
        if (page.events.size() >= what.most || bytes >= most_bytes) {
            page.more = true;
            break;
        }
        page.position = sequence;
        storage_result<std::optional<event_details>> details = look(sequence, bytes);
        if (!details) {
            return std::unexpected(details.error());
        }
        if (auto& found = details.value(); found && matches_sinks(what.filter, *found)) {
            bytes += weight(*found);
            page.events.push_back(std::move(*found));
        }
    }
    return page;
}

/// As they are kept: the details bounded.
delivery_row row_of(const failure& what);
delivery_row row_of(const attempt& success, unsigned number);
failure failure_of(std::uint64_t sequence, const delivery_row& row);
attempt bounded(attempt made);

/// Whether the repair is for this delivery.
bool is_to_be_repaired(const repair& what, const sink_delivery& delivery);
/// The row that it leaves.
delivery_row row_after(const repair& what, const sink_delivery& delivery);

/// Repairs the events of a page; `put(sink, sequence, row)` writes.
template <class Put>
storage_result<repaired> repair_page(const event_page& page, const repair& what, const Put& put) {
    repaired done{.sinks = {}, .position = page.position, .more = page.more, .last_sequence = page.last_sequence};
    std::set<std::string> touched;
    for (const auto& details : page.events) {
        const auto before = done.deliveries;
        for (const auto& each : details.sinks) {
            if (!is_to_be_repaired(what, each)) {
                continue;
            }
            ++done.deliveries;
            touched.insert(each.sink);
            if (what.dry_run) {
                continue;
            }
            const auto sequence = details.head.sequence;
            if (storage_result<void> written = put(each.sink, sequence, row_after(what, each)); !written) {
                return std::unexpected(written.error());
            }
        }
        done.events += done.deliveries > before ? 1 : 0;
    }
    done.sinks.assign(touched.begin(), touched.end());
    return done;
}

/// The first delivery of the event that a configured sink has not finished with; empty: there is none.
std::optional<unfinished_delivery> unfinished(const event_details& details, std::span<const sink_scope> configured);

/// Erases the events of a page that no sink waits for; `remove(sequence)` does it.
template <class Remove>
storage_result<erased> erase_page(const event_page& page, const erasure& what, const Remove& remove) {
    erased done{.first = {}, .position = page.position, .more = page.more, .last_sequence = page.last_sequence};
    for (const auto& details : page.events) {
        if (auto open = unfinished(details, what.which.scopes)) {
            ++done.kept;
            done.first = done.first ? done.first : std::move(open);
            continue;
        }
        ++done.events;
        done.dead += static_cast<std::uint64_t>(std::ranges::count_if(
            details.sinks, [](const sink_delivery& each) { return each.state == delivery_state::dead; }));
        if (what.dry_run) {
            continue;
        }
        if (storage_result<void> removed = remove(details.head.sequence); !removed) {
            return std::unexpected(removed.error());
        }
    }
    return done;
}

} // namespace hookd::journal
