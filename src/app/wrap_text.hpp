// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hookd::app {

/// Breaks a paragraph at its spaces into lines of at most `width` bytes, those behind the first indented by two; a word
/// that is longer stays whole. 0: one line. Ends in a line feed.
std::string wrapped(std::string_view paragraph, std::size_t width);

/// The columns of the terminal that a descriptor is; 0 where it is none.
std::size_t terminal_width(int descriptor);

} // namespace hookd::app
