// SPDX-License-Identifier: MIT
#pragma once

#include "cli/events/event_selection.hpp"
#include "cli/events/event_source.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace hookd::cli {

/// The arguments of `events replay` and `events drop`.
struct repair_arguments {
    event_source_arguments where;
    event_selection which;
    std::vector<std::string> ids; ///< Empty: the events of the selection.
    bool drop = false;
    bool all_sinks = false; ///< A replay also goes to sinks that have the event.
    bool yes = false;
    bool dry_run = false;
    bool ask = false; ///< There is a terminal to ask for confirmation.
};

/// Counts, asks for confirmation unless single events were named for a replay, and does it. Exit 0 done; 1 nothing
/// matched, or not confirmed; 2 no events selected.
int run_repair(const repair_arguments& given, std::istream& in, std::ostream& out, std::ostream& err);

} // namespace hookd::cli
