// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/terminal_text.hpp"

#include <hookd/core/error.hpp>

#include <ostream>
#include <string>
#include <utility>

namespace hookd::app {

/// Why a command ends before it has done its work.
struct command_end {
    exit_code code = exit_usage;
    std::string message; ///< What to do, or the cause and what to do.
};

template <class T>
using command_result = expected<T, command_end>;

inline std::unexpected<command_end> fail(exit_code code, std::string message) {
    return std::unexpected{command_end{code, std::move(message)}};
}

/// Said where standard output takes no more.
inline constexpr const char* output_error =
    "cannot write to standard output; check the disk or the file that it goes to";

inline int end(const command_end& why, std::ostream& err) {
    err << escaped_paragraph(why.message) << '\n';
    return why.code;
}

} // namespace hookd::app
