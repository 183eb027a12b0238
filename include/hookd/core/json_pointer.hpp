// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

/// Values inside a JSON text, found and compared without a tree: needs no memory for the text, whatever its depth, and
/// rounds no number.
namespace hookd {

/// Whether the text is a JSON pointer (RFC 6901 section 3).
bool is_json_pointer(std::string_view text);

/// The text of the value at the pointer, a part of `json`; empty: there is none. Of repeated members the last counts.
/// `json` must be JSON: of any other text it returns anything, but reads nothing beyond its end. At most |json| steps
/// for each part of the pointer.
std::optional<std::string_view> find_json(std::string_view json, std::string_view pointer);

/// Whether the JSON texts are the same string, number, boolean or null, however they are written: 10, 1e1 and 10.0 are
/// the same number. Arrays and objects are never the same.
bool is_same_scalar(std::string_view one, std::string_view other);

} // namespace hookd
