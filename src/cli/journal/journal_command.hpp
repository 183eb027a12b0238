// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_choice.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace hookd::cli {

/// The arguments of `journal check` and `journal export`.
struct journal_arguments {
    std::string config_path;
    std::optional<std::string> file; ///< A copy, instead of the configured journal.
};

/// Exit 0: the journal is as it should be; 1: not, or it cannot be read; a line for each finding.
int run_journal_check(const journal_arguments& given, std::ostream& out, std::ostream& err);
/// Exit 0: all of it was written; 74: it cannot be read, or a daemon has it open.
int run_journal_export(const journal_arguments& given, std::ostream& out, std::ostream& err);

void add_journal(CLI::App& line, command_choice& choice);

} // namespace hookd::cli
