// SPDX-License-Identifier: MIT
#pragma once

#include "config/node.hpp"
#include "config/source.hpp"

#include <hookd/config/load.hpp>

#include <optional>
#include <string_view>

namespace hookd::config {

/// The most that a configuration may hold, in bytes.
constexpr std::size_t largest_document = std::size_t{1} << 20U;

/// Reads a document into its root table. What is wrong with its syntax goes to `found`; nothing where that leaves no
/// table to go on with. Never throws on any text.
std::optional<node> parse_document(std::string_view text, syntax in, diagnostics& found);

/// The two languages. Both demand a text that `parse_document` has looked over.
std::optional<node> parse_toml(const source& from, diagnostics& found);
std::optional<node> parse_json(const source& from, diagnostics& found);

/// Where TOML text nests too deeply, or a key has too many parts: toml++ would build, and recursively free, a table
/// for each part. Reads strings and comments just as TOML does as far as the text is valid, which is as far as toml++
/// gets.
std::optional<std::size_t> find_deep_nesting(std::string_view toml);

} // namespace hookd::config
