// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>
#include <hookd/core/time.hpp>
#include <hookd/journal/delivery_state.hpp>
#include <hookd/journal/storage_error.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Queries of the journal's events, repairs (replay and drop), and deletion.
namespace hookd::journal {

/// What an event must be like; everything that is set must hold.
struct event_filter {
    std::optional<std::string> id;         ///< Of its message; or, where that is a number, its sequence.
    std::optional<std::string> type;       ///< A pattern.
    std::optional<std::string> endpoint;   ///< A pattern.
    std::optional<std::string> collection; ///< Exactly.
    std::optional<std::string> document;   ///< Exactly.
    std::optional<unix_millis> since;      ///< Accepted at this time or later.
    std::optional<unix_millis> until;      ///< Accepted before this time.
    std::optional<std::string> text;       ///< In its id, names, or the detail of a delivery; ASCII case is ignored.
    std::optional<std::string> sink;       ///< It is, or was, for this sink; one of the scopes.
    /// Its state in that sink; without a sink, in any; `delivered`: in all configured ones that were to get it.
    std::optional<delivery_state> state;
};

struct event_query {
    event_filter filter;
    std::vector<sink_scope> scopes; ///< The configured sinks. Others in the journal are orphans.
    bool deliveries = true;         ///< False: the answer has none, and the filter speaks of none.
    bool attempts = false;          ///< The answer is to have them, too.
    bool newest_first = false;
    std::uint64_t from = 0; ///< Events behind this one in the order asked for; 0: all.
    std::uint64_t up_to = UINT64_MAX;
    std::size_t most = 20;
};

struct sink_delivery {
    std::string sink;
    delivery_state state{};
    bool wanted = false;    ///< The sink's filters match it now, whatever they did when the sink came to it.
    bool passed = false;    ///< The sink will not come to it any more.
    unsigned attempts = 0;  ///< Failed ones; of `delivered`: which attempt it was, 0 for the first of all.
    unix_millis next_try{}; ///< Of what is retried.
    std::optional<unix_millis>
        at{};                   ///< When it was delivered, at most some seconds earlier, or dropped; empty: unknown.
    std::string detail{};       ///< Of the last attempt, unless that delivered it.
    std::vector<attempt> log{}; ///< Oldest first; only if asked for.
};

struct event_details {
    event head; ///< Without body and signature.
    std::uint64_t body_size = 0;
    /// In the order of the scopes; behind them the orphans that were to get it.
    std::vector<sink_delivery> sinks;
};

/// A page of the result: a bounded number of events was examined, some of which may be in it.
struct event_page {
    std::vector<event_details> events;
    std::uint64_t position = 0;      ///< Where to go on from.
    bool more = false;               ///< There may be more behind the position.
    std::uint64_t last_sequence = 0; ///< Of the newest event in the journal.
};

/// What to do with events in their sinks.
enum class repair_kind : std::uint8_t {
    /// The sink gets it again, now, with all its attempts: a dead letter or an event that is retried; with a sink in
    /// the
    /// filter, or `all_sinks`, also one that it has passed, if it wants such events now. An event that it has not
    /// reached is left alone.
    replay,
    drop, ///< A dead letter is given up.
};

struct repair {
    repair_kind kind{};
    event_query which; ///< In the journal's order, whatever it says. Only the filter's sink and state are touched.
    bool dry_run = false;
    unix_millis now;
    bool all_sinks = false;
};

struct repaired {
    std::uint64_t events = 0;
    std::uint64_t deliveries = 0;   ///< Of events to sinks.
    std::vector<std::string> sinks; ///< That something was changed for.
    std::uint64_t position = 0;     ///< As in a page.
    bool more = false;
    std::uint64_t last_sequence = 0; ///< As in a page.
};

/// Deletes events, with their deliveries and attempts: `id`, `collection` and `document` of the filter say which.
struct erasure {
    event_query which; ///< In the journal's order, whatever it says; with all configured sinks.
    bool dry_run = false;
};

/// A configured sink that has not finished with an event.
struct unfinished_delivery {
    std::uint64_t sequence = 0;
    std::string sink;
    delivery_state state{};
    friend bool operator==(const unfinished_delivery&, const unfinished_delivery&) = default;
};

struct erased {
    std::uint64_t events = 0;
    std::uint64_t dead = 0;                   ///< Dead letters that went with them.
    std::uint64_t kept = 0;                   ///< Events that match, but that a configured sink has not finished with.
    std::optional<unfinished_delivery> first; ///< Of these.
    std::uint64_t position = 0;               ///< As in a page.
    bool more = false;
    std::uint64_t last_sequence = 0; ///< As in a page.
};

/// Whether the text is in it; ASCII case is ignored.
bool has_text(std::string_view in, std::string_view text);

/// Finds events with their delivery states, and changes these. Awaitables resume as those of event_log. Any thread,
/// does not block.
class event_search {
public:
    /// Examines a bounded number of events; for more, call it again with the page's position.
    virtual boost::asio::awaitable<storage_result<event_page>> query(event_query what) = 0;
    /// The event with this sequence number; null: there is none.
    virtual boost::asio::awaitable<storage_result<event_ptr>> get(std::uint64_t sequence) = 0;
    /// The same, and replays events or drops dead letters, durably. The sink workers must be notified separately.
    virtual boost::asio::awaitable<storage_result<repaired>> apply(repair what) = 0;
    /// The same, and deletes events durably, so that their bytes are overwritten in the journal's files as far as it
    /// knows of them (docs/journal.md). Their ids are no longer known, their sequence numbers never come again.
    virtual boost::asio::awaitable<storage_result<erased>> erase(erasure what) = 0;

protected:
    ~event_search() = default;
};

} // namespace hookd::journal
