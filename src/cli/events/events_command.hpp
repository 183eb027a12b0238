// SPDX-License-Identifier: MIT
#pragma once

#include "cli/events/event_selection.hpp"
#include "cli/events/event_source.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace hookd::cli {

/// The arguments of `events list`, `show` and `tail`.
struct events_arguments {
    event_source_arguments where;
    event_selection which;
    std::vector<std::string> ids;
    std::uint64_t limit = 20;
    bool oldest_first = false;
    bool count = false;
    bool body = false;
    bool json = false;
    bool utc = false;
};

/// Exit 0 done, even if nothing was found; 1 the daemon rejected the request.
int run_events_list(const events_arguments& given, std::ostream& out, std::ostream& err);
/// Exit 1: an event does not exist.
int run_events_show(const events_arguments& given, std::ostream& out, std::ostream& err);
/// Ends with the reader of the output; a daemon that ends is waited for.
int run_events_tail(const events_arguments& given, std::ostream& out, std::ostream& err);

} // namespace hookd::cli
