// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hookd::config {

/// Text from outside for a message: in quotes, control characters escaped, cut after about 60 bytes.
std::string quoted(std::string_view text);

/// A key as TOML writes it: bare if possible, otherwise quoted.
std::string key_name(std::string_view key);

/// `parent.key`, `parent[index]`. An empty parent is the document.
std::string path_of(std::string_view parent, std::string_view key);
std::string path_of(std::string_view parent, std::size_t index);

/// The known word that was most likely meant; nothing if none is similar.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

/// `; did you mean "level"?`, or `; expected one of level, format`.
std::string suggestion(std::string_view word, std::span<const std::string_view> known);

/// `a, b, c`.
std::string listed(std::span<const std::string_view> words);

/// The text with every key in it (`whsec_…`, `whsk_…`) masked: a secret given by mistake as the name of a file or a
/// variable must not appear in a message.
std::string without_secrets(std::string_view text);

} // namespace hookd::config
