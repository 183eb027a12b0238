// SPDX-License-Identifier: MIT
#pragma once

#include <istream>
#include <ostream>
#include <string>

namespace hookd::cli {

/// Asks the question and waits for a line; only `y` and `yes` confirm.
inline bool is_confirmed(const std::string& question, std::istream& in, std::ostream& err) {
    err << question << "? [y/N] " << std::flush;
    std::string line;
    if (!std::getline(in, line)) {
        err << '\n'; // as if there had been an answer
    }
    return line == "y" || line == "Y" || line == "yes";
}

/// The error where nobody can be asked.
inline constexpr const char* nobody_to_ask = "no terminal to ask for confirmation: add --yes, or --dry-run";

} // namespace hookd::cli
