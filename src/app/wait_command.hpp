// SPDX-License-Identifier: MIT
#pragma once

#include "app/event_source.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::app {

/// What `wait` was asked for.
struct wait_arguments {
    event_source_arguments where;
    std::string document;
    std::optional<std::string> collection;
    std::optional<std::string> since;   ///< Earlier events do not count.
    std::optional<std::string> timeout; ///< None: for ever.
    bool next = false;                  ///< Only what comes from now on counts.
    bool json = false;
};

/// Until the daemon knows how the document fared, which it may already. Exit 0 a success, 1 a failure, 124 not in time.
int run_wait(const wait_arguments& given, std::ostream& out, std::ostream& err);

} // namespace hookd::app
