// SPDX-License-Identifier: MIT
#pragma once

#include "app/event_selection.hpp"
#include "app/event_source.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace hookd::app {

/// What `events replay` or `events drop` was asked for.
struct repair_arguments {
    event_source_arguments where;
    event_selection which;
    std::vector<std::string> ids; ///< Empty: what the selection finds.
    bool drop = false;
    bool yes = false;
    bool dry_run = false;
    bool ask = false; ///< There is somebody at a terminal to be asked.
};

/// Counts, asks unless the events were named one by one for a replay, and does it. Exit 0 done; 1 there was nothing,
/// or it was not wanted; 2 too little was said.
int run_repair(const repair_arguments& given, std::istream& in, std::ostream& out, std::ostream& err);

} // namespace hookd::app
