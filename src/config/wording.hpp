// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hookd::config {

/// Foreign text for a message: in quotes, control characters escaped, cut after some 60 bytes.
std::string quoted(std::string_view text);

/// A key as TOML would write it: bare where it can be, else quoted.
std::string key_name(std::string_view key);

/// `parent.key`, `parent[index]`. A parent without a name is the document.
std::string path_of(std::string_view parent, std::string_view key);
std::string path_of(std::string_view parent, std::size_t index);

/// The word that `word` most likely was meant to be; nothing where none is near.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

/// `; did you mean "level"?`, or `; known here: level, format`.
std::string suggestion(std::string_view word, std::span<const std::string_view> known);

/// `a, b, c`.
std::string listed(std::span<const std::string_view> words);

/// The text with every key in it (`whsec_…`, `whsk_…`) made unreadable: a secret that stands where a file's or a
/// variable's name belongs must not reach a message.
std::string without_secrets(std::string_view text);

} // namespace hookd::config
