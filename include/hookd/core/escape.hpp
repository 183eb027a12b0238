// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text from outside on its way to a terminal, a log or a consumer that reads line by line. All of it passes through
/// here: the log's formatter, the standard streams of every command, and every JSON line.
namespace hookd {

/// The character at the beginning of a text (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
struct character {
    std::size_t bytes = 1;
    char32_t code = 0;  ///< For a byte that begins no character: that byte.
    bool valid = false; ///< False: one byte that is not UTF-8.
};
/// `text` must not be empty.
character first_character(std::string_view text);

/// Whether a terminal obeys it instead of showing it: C0, DEL and C1 controls, characters that reorder or join their
/// neighbours (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+206F, U+FEFF), and line ends (U+2028, U+2029).
bool steers_terminal(char32_t code);

/// The escape for such a character: `\xNN`, or `\uNNNN` above U+00FF; for a byte that is not UTF-8, `\xNN`.
std::string escape_of(const character& what);

/// The text as one line, with an escape in place of each such character and byte.
std::string escaped(std::string_view text);

/// The same for several lines: line feeds stay.
std::string escaped_paragraph(std::string_view lines);

/// Whether line readers treat it as the end of a line although JSON does not: U+0085, U+2028, U+2029.
bool splits_lines(char32_t code);

/// Appends JSON text with `\uNNNN` in place of each such character from DEL on; they occur only inside strings, so
/// every value stays equal. (JSON has C0 controls only between its tokens.) `json` is UTF-8; other bytes stay as they
/// are.
void append_escaped_json(std::string& to, std::string_view json, bool (&which)(char32_t) = steers_terminal);

} // namespace hookd
