// SPDX-License-Identifier: MIT
#pragma once

#include "cli/terminal_text.hpp"

#include <hookd/cli/command_line.hpp>
#include <hookd/core/error.hpp>
#include <hookd/core/exit_code.hpp>

#include <ostream>
#include <string>
#include <utility>

namespace hookd::cli {

/// Why a command ends before it has done its work.
struct command_end {
    exit_code code = exit_usage;
    std::string message; ///< The problem, then the advice; the program's name is put in front. May be empty.
    /// Errors of the configuration, one per line, each beginning with its place; mostly empty.
    std::string diagnostics{};
};

template <class T>
using command_result = expected<T, command_end>;

inline std::unexpected<command_end> fail(exit_code code, std::string message) {
    return std::unexpected{command_end{code, std::move(message)}};
}

/// The error when standard output cannot be written.
inline constexpr const char* output_error =
    "cannot write to standard output: check the disk or the file that it goes to";

/// As `fail`, with errors of the configuration alone.
inline std::unexpected<command_end> fail_in_configuration(std::string diagnostics) {
    return std::unexpected{command_end{exit_config, {}, std::move(diagnostics)}};
}

inline int end(const command_end& why, std::ostream& err) {
    if (!why.diagnostics.empty()) {
        err << escaped_paragraph(why.diagnostics) << '\n';
    }
    print_error(err, why.message);
    return why.code;
}

} // namespace hookd::cli
