// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>
#include <hookd/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Queries of the journal's events, and repairs: replay and drop.
namespace hookd::journal {

/// The delivery state of an event in a sink.
enum class delivery_state : std::uint8_t {
    pending,   ///< The sink has not reached it.
    waiting,   ///< It failed and waits for its next attempt.
    dead,      ///< A dead letter.
    delivered, ///< The sink has processed it.
    unwanted,  ///< The same, but the sink's filter does not match it now.
};

/// A sink that is asked about, and what events it asks for.
struct sink_scope {
    std::string name;
    std::vector<std::string> events{"*"};
    std::vector<std::string> endpoints{"*"};
};

/// What an event must be like; everything that is set must hold.
struct event_filter {
    std::optional<std::string> id;         ///< Of its message; or, where that is a number, its sequence.
    std::optional<std::string> type;       ///< A pattern.
    std::optional<std::string> endpoint;   ///< A pattern.
    std::optional<std::string> collection; ///< Exactly.
    std::optional<std::string> document;   ///< Exactly.
    std::optional<unix_millis> since;      ///< Accepted at this time or later.
    std::optional<unix_millis> until;      ///< Accepted before this time.
    std::optional<std::string> sink;       ///< It is, or was, for this sink; one of the scopes.
    /// Its state in that sink; without a sink, in any; `delivered`: in all that want it.
    std::optional<delivery_state> state;
};

struct event_query {
    event_filter filter;
    std::vector<sink_scope> scopes; ///< The sinks that the answer speaks of.
    bool newest_first = false;
    std::uint64_t from = 0; ///< Events behind this one in the order asked for; 0: all.
    std::uint64_t up_to = UINT64_MAX;
    std::size_t most = 20;
};

struct sink_delivery {
    std::string sink;
    delivery_state state{};
    unsigned attempts = 0; ///< These three where it waits or is dead.
    unix_millis next_try;  ///< Meaningless when dead.
    std::string detail;
};

struct event_details {
    event head; ///< Without body and signature.
    std::uint64_t body_size = 0;
    std::vector<sink_delivery> sinks; ///< In the order of the scopes.
};

/// A page of the result: a bounded number of events was examined, some of which may be in it.
struct event_page {
    bool known = false; ///< False: the journal is closed or has failed, and the rest means nothing.
    std::vector<event_details> events;
    std::uint64_t position = 0; ///< Where to go on from.
    bool more = false;          ///< There may be more behind the position.
};

/// What to do with events in their sinks.
enum class repair_kind : std::uint8_t {
    /// The sink gets it again, now, with all its attempts: a dead letter, a waiting event, or one that it has
    /// processed, if it still wants such events. An event that it has not reached is left alone.
    replay,
    drop, ///< A dead letter is removed.
};

struct repair {
    repair_kind kind{};
    event_query which; ///< In the journal's order, whatever it says. Only the filter's sink and state are touched.
    bool dry_run = false;
    unix_millis now;
};

enum class repair_outcome : std::uint8_t {
    done, ///< Durable.
    full, ///< No space on the disk: nothing was changed.
    stopped,
};

struct repaired {
    repair_outcome outcome = repair_outcome::stopped;
    std::uint64_t events = 0;
    std::uint64_t deliveries = 0;   ///< Of events to sinks.
    std::vector<std::string> sinks; ///< That something was changed for.
    std::uint64_t position = 0;     ///< As in a page.
    bool more = false;
};

} // namespace hookd::journal
