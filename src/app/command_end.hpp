#pragma once

#include "app/terminal_text.hpp"

#include <expected>
#include <ostream>
#include <string>

namespace hookd::app {

/// Why a command ends: what to say, and its exit code.
struct command_end {
    int code = 0;
    std::string message;
};

template <class T>
using command_result = std::expected<T, command_end>;

/// Said where standard output takes no more.
inline constexpr const char* output_fault = "Check where the output goes: it cannot be written";

/// The message may quote the command line, which a script may have made of a stranger's words.
inline int end(const command_end& why, std::ostream& err) {
    err << escaped_paragraph(why.message) << '\n';
    return why.code;
}

} // namespace hookd::app
