// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace hookd {

// The library consists of templates: parsing and writing of whole texts is compiled once, here.

/// Deeper nesting breaks readers: jq 1.6 stops at 256, others at 128, and some recurse until the stack overflows.
inline constexpr std::size_t deepest_json = 128;

/// Whether arrays and objects are nested deeper than `deepest_json`. Text that is not JSON is read as if it were. Needs
/// no memory, whatever the depth.
bool nested_too_deeply(std::string_view json);

/// Whether some readers stop at this JSON, and read none of the lines after it: it is nested too deeply, or has an
/// unpaired high surrogate (JavaScript writes one if it has cut an emoji in two, and jq 1.6 stops there).
bool breaks_readers(std::string_view json);

/// Members keep their order. `is_discarded()` if the text is not JSON, or is nested too deeply for recursive readers.
nlohmann::ordered_json parse_json(std::string_view text);

/// The characters at the beginning of `text`, which must not be empty, that can belong to a number; empty if the first
/// cannot begin a number.
std::string_view number_like(std::string_view text);
/// Whether it is a number of RFC 8259 section 6, whatever its magnitude.
bool is_json_number(std::string_view text);

/// As one line without a line end, safe for a terminal (hookd/core/escape.hpp). What is not UTF-8 becomes U+FFFD.
std::string json_line(const nlohmann::ordered_json& value);

} // namespace hookd
