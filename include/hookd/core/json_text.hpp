// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace hookd {

// The library is all templates: what reads and writes a whole text is compiled here, once, not wherever it is asked
// for.

/// What is nested more deeply breaks readers: jq 1.6 stops at 256, others at 128, and some recurse until the stack
/// ends.
inline constexpr std::size_t deepest_json = 128;

/// Whether more than `deepest_json` arrays and objects stand in each other. Of what is no JSON, as far as it reads like
/// some. Takes no memory, whatever the depth.
bool nested_too_deeply(std::string_view json);

/// Whether there are readers that give up at this JSON, and read nothing of the lines behind it: it is nested too
/// deeply, or has the first half of a surrogate pair alone (JavaScript writes that where it has cut an emoji in two,
/// and jq 1.6 ends there).
bool breaks_readers(std::string_view json);

/// Members keep their order. `is_discarded()` where the text is not JSON, or is nested too deeply for whoever walks it.
nlohmann::ordered_json parse_json(std::string_view text);

/// The characters at the beginning of `text`, which is not empty, that can belong to a number, where the first can
/// begin one.
std::string_view number_like(std::string_view text);
/// By RFC 8259 section 6, whatever the magnitude.
bool is_json_number(std::string_view text);

/// In one line, without its end, and safe for a terminal (hookd/core/escape.hpp). What is not UTF-8 in it becomes
/// U+FFFD.
std::string json_line(const nlohmann::ordered_json& value);

} // namespace hookd
