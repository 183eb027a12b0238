// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace hookd::cli {

/// `send` as the command line gives it.
struct send_arguments {
    std::string type; ///< Also the body's, unless `data` gives one.
    std::string url;
    std::string secret_file;         ///< One secret per line; each signs, as during a rotation.
    std::optional<std::string> data; ///< A path, or `-` for standard input: a body, sent as it is.
    std::vector<std::string> set;    ///< `key=value` or `outer.inner=value`: changes members of the body.
    std::uint64_t count = 1;
    std::optional<double> rate; ///< Events per second, due by the clock, however slow the responses are.
    unsigned connections = 1;
    bool duplicate = false;             ///< Each event twice: the receiver must accept the second, too.
    bool forge = false;                 ///< With a wrong signature: the receiver must respond with 401.
    bool stale = false;                 ///< Signed a day ago: as above. Not together with `forge`.
    std::optional<std::string> ca_file; ///< CA certificates instead of the system's.
    bool insecure = false;              ///< Accept any certificate. Not together with `ca_file`.
    bool each = false;                  ///< One line per event even if there are many.
    bool bar = false;                   ///< `err` is a terminal: draw a progress bar if there are many.
};

/// Signs and sends; prints one line per event to `out`, or a summary for many. The first interrupt (SIGINT) stops
/// sending, but not the summary. SIGPIPE is ignored from here on. Returns the exit code: 0 every response was as
/// expected (2xx, or 401 for forged or stale events), 1 not so, 2 usage, 69 the receiver cannot be reached, 74 a file
/// cannot be read or the output cannot be written, 78 the secret is not usable.
int run_send(const send_arguments& arguments, std::ostream& out, std::ostream& err);

void add_send(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
