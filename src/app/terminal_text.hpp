// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/escape.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text of strangers, and colour, on their way to a terminal.
namespace hookd::app {

using hookd::escaped;
/// The same, in at most `columns` columns; where that is not all of it, an ellipsis ends it.
std::string escaped(std::string_view text, std::size_t columns);
/// The same, none of it left out, in lines of at most `columns` columns: broken at a space where there is one, else
/// between two characters.
std::vector<std::string> escaped_lines(std::string_view text, std::size_t columns);

/// `text`, which must be escaped, with spaces behind it up to `columns`.
std::string padded(std::string text, std::size_t columns);

bool output_is_terminal();
/// How wide standard output is: 80 columns where it is no terminal.
std::size_t output_columns();

enum class color : char { plain, red, yellow, green, faint };

/// Whether standard output is a terminal that wants colour: NO_COLOR (no-color.org) and TERM=dumb say no.
bool output_has_colour();
std::string colored(std::string text, color with, bool use_color);
/// The code at the beginning of `text`, if it is one of those that `coloured` adds; else nothing.
std::string_view colour_code_at_front(std::string_view text);

} // namespace hookd::app
