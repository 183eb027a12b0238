// SPDX-License-Identifier: MIT
#pragma once

#include "config/node.hpp"
#include "config/source.hpp"

#include <hookd/config/load.hpp>

#include <optional>
#include <string_view>

namespace hookd::config {

/// The maximum size of a configuration, in bytes.
constexpr std::size_t largest_document = std::size_t{1} << 20U;

/// Parses a document into its root table. Syntax errors go to `found`; nothing is returned if they leave no table to
/// read. Never throws, whatever the text.
std::optional<node> parse_document(std::string_view text, syntax in, diagnostics& found);

/// The two languages. Both need a text that `parse_document` has checked.
std::optional<node> parse_toml(const source& from, diagnostics& found);
std::optional<node> parse_json(const source& from, diagnostics& found);

/// The offset at which TOML text is nested too deeply, or a key has too many parts: toml++ would build, and recursively
/// free, a table for each part. Skips strings and comments as TOML does, as far as the text is valid, which is as far
/// as toml++ gets.
std::optional<std::size_t> find_deep_nesting(std::string_view toml);

} // namespace hookd::config
