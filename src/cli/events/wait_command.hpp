// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"
#include "cli/events/event_source.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::cli {

/// The arguments of `wait`.
struct wait_arguments {
    event_source_arguments where;
    std::string document;
    std::optional<std::string> collection;
    std::optional<std::string> since;   ///< Ignore earlier events; none: those of more than a minute ago.
    std::optional<std::string> timeout; ///< None: forever.
    bool next = false;                  ///< Ignore events before now.
    bool latest = false;                ///< Ignore none.
    bool json = false;
};

/// Waits until there is an event about the document's success or failure, which may already exist, and says on `err`
/// whether it waits for a new one. If the daemon ends, it is waited for. Exit 0 success, 1
/// failure, 124 not in time.
int run_wait(const wait_arguments& given, std::ostream& out, std::ostream& err);

void add_wait(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
