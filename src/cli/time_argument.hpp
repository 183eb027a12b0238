// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace hookd::cli {

/// A time as people write it: `2h` (before `now`), RFC 3339, or local time: `2026-11-23`,
/// `2026-11-23 08:00`, `2026-11-23 08:00:00`.
std::optional<unix_millis> parse_moment(std::string_view text, unix_millis now);

/// In seconds: local time, or with `utc` RFC 3339.
std::string moment_text(unix_millis when, bool utc);
/// The same of a time of a response; `-`: it is none.
std::string time_text(const std::string& rfc3339, bool utc);
constexpr std::size_t moment_columns = 20; ///< Of the longer one.

} // namespace hookd::cli
