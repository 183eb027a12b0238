// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/escape.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Untrusted text, and color, for a terminal.
namespace hookd::cli {

using hookd::escaped;
/// The same, truncated to `columns` columns, with an ellipsis.
std::string escaped(std::string_view text, std::size_t columns);
/// The same, not truncated, in lines of at most `columns` columns: broken at a space if there is one, else between two
/// characters.
std::vector<std::string> escaped_lines(std::string_view text, std::size_t columns);

/// `text`, which must be escaped, padded with spaces to `columns`.
std::string padded(std::string text, std::size_t columns);

bool output_is_terminal();
/// The width of standard output: 80 columns if it is not a terminal.
std::size_t output_columns();

enum class color : char { plain, red, yellow, green, faint };

/// Whether standard output is a terminal and color is not disabled by NO_COLOR (no-color.org) or TERM=dumb.
bool output_has_colour();
std::string colored(std::string text, color with, bool use_color);
/// The code at the beginning of `text`, if it is one that `colored` adds; else empty.
std::string_view colour_code_at_front(std::string_view text);

} // namespace hookd::cli
