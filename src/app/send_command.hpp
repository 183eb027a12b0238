// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace hookd::app {

/// `send` as the command line gives it.
struct send_arguments {
    std::string type; ///< Also the body's, unless `data` gives one.
    std::string url;
    std::string secret_file;         ///< One secret a line; each signs, as while a sender rotates them.
    std::optional<std::string> data; ///< A path, or `-` for standard input: a body, sent as it is.
    std::vector<std::string> set;    ///< `key=value` or `outer.inner=value`: changes members of the body.
    std::uint64_t count = 1;
    std::optional<double> rate; ///< Events a second, due by the clock, however slow the answers are.
    unsigned connections = 1;
    bool duplicate = false;             ///< Each event twice: the receiver must accept the second, too.
    bool forge = false;                 ///< With a wrong signature: the receiver must answer 401.
    bool stale = false;                 ///< Signed a day ago: as above. Not together with `forge`.
    std::optional<std::string> ca_file; ///< Authorities instead of the system's.
    bool insecure = false;              ///< Any certificate will do. Not together with `ca_file`.
    bool each = false;                  ///< A line an event also where there are many.
    bool bar = false;                   ///< `err` is a terminal: draw a progress bar where there are many.
};

/// Signs and sends; to `out` a line an event, or for many a summary. The first interrupt (SIGINT) ends the sending, not
/// the summary. SIGPIPE is ignored from here on. Returns the exit code: 0 every answer was as it should be (2xx, or 401
/// to what is forged or stale), 1 not so, 2 usage, 69 the receiver cannot be reached, 74 a file cannot be read or the
/// output not be written, 78 the secret is of no use.
int run_send(const send_arguments& arguments, std::ostream& out, std::ostream& err);

} // namespace hookd::app
