// SPDX-License-Identifier: MIT
#pragma once

#include "cli/events/event_source.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::cli {

/// The arguments of `events delete`: an id, or a document.
struct delete_arguments {
    event_source_arguments where;
    std::optional<std::string> id;
    std::optional<std::string> document;
    std::optional<std::string> collection; ///< Only with a document; default: any.
    bool yes = false;
    bool dry_run = false;
    bool ask = false; ///< There is a terminal to ask for confirmation.
};

/// Counts, asks for confirmation, and deletes. Exit 0: all of it; 1: nothing matched, not confirmed, or a sink has not
/// finished with some of it; 2: not one selection.
int run_delete(const delete_arguments& given, std::istream& in, std::ostream& out, std::ostream& err);

} // namespace hookd::cli
