// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::cli {

/// The arguments of `sinks test`.
struct sink_test_arguments {
    std::string config_path;
    std::string name;
    std::string event;                   ///< A file with a body; `-`: standard input.
    std::optional<std::string> type;     ///< Instead of the body's.
    std::optional<std::string> endpoint; ///< Default: the first one.
    bool deliver = false;
    bool json = false;
};

/// Shows whether the sink's filters match the event, and what the sink would do with it. With `deliver`, and if they
/// match, the sink delivers it once, in this process and without the journal. Exit 0: it matches, or was delivered; 1:
/// not; 2: no such sink or endpoint.
int run_sink_test(const sink_test_arguments& given, std::ostream& out, std::ostream& err);

} // namespace hookd::cli
