// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace hookd::cli {

/// `verify` as the command line gives it.
struct verify_arguments {
    std::string secret_file;                 ///< One secret per line; any of them may match.
    std::vector<std::string> headers;        ///< `name: value`; added to those of `request_file`.
    std::optional<std::string> request_file; ///< A captured HTTP/1.1 request, from its first line to its last byte.
    std::optional<std::string> body;         ///< A path, or `-` for standard input, which is also the default without a
                                             ///< request file. Not together with one.
    std::optional<std::int64_t> at;          ///< Unix seconds to check the timestamp against; default: now.
    bool ignore_time = false;
    bool explain = false;
    std::size_t width = 0; ///< Columns of the terminal `out`, for line breaks; 0: it is not a terminal.
};

/// Prints `valid` or `not valid: REASON`, then, with `explain`, why and what to do. Returns the exit code: 0 valid, 1
/// not, 2 usage (also a request file that is not a request), 74 a file cannot be read, 78 the secret file is not
/// usable.
int run_verify(const verify_arguments& arguments, std::ostream& out, std::ostream& err);

void add_verify(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
