// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hookd::cli {

/// Breaks a paragraph at its spaces into lines of at most `width` bytes, all but the first indented by two; a longer
/// word is not split. 0: one line. Ends with a line feed.
std::string wrapped(std::string_view paragraph, std::size_t width);

/// The columns of the terminal that a descriptor refers to; 0 if it is not a terminal.
std::size_t terminal_width(int descriptor);

} // namespace hookd::cli
