// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/time.hpp>
#include <hookd/journal/event_search.hpp>
#include <hookd/journal/settings.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::journal {

/// A journal that no daemon has open. Each query reads its files as they are and changes nothing: no lock, no other
/// file, no upgrade, no recovery; a read-only copy is enough. Only a repair, unless it is a dry run, opens the journal
/// as a daemon does, without retention, for as long as it takes. Nothing is held between two queries.
class stopped_journal : public event_search {
public:
    virtual ~stopped_journal() = default;

    /// As delivery_store::orphans.
    virtual boost::asio::awaitable<storage_result<std::vector<orphaned_sink>>>
    orphans(std::vector<std::string> configured) = 0;
    /// What is wrong with the file, a line each, at most some hundred; empty: nothing. Reads all of it. These two
    /// block, and fail if a daemon has the journal open.
    virtual result<std::vector<std::string>> check() = 0;
    /// Everything in the journal, as JSON objects of one line with its end: events in order, then sinks, definitions,
    /// positions, deliveries and attempts. Ends early if `write` returns false.
    virtual result<void> write_all(const std::function<bool(std::string_view line)>& write) = 0;
};

/// The file need not exist yet: a query then reports it. The messages of errors name the file and what to do.
std::unique_ptr<stopped_journal> open_stopped(const journal_settings& settings, wall_clock clock);

} // namespace hookd::journal
