// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

#include <optional>
#include <string_view>

namespace hookd {

/// Parses an RFC 3339 time, `2026-11-22T22:48:01.123Z` or with an offset (`+01:00`). Fractions beyond milliseconds are
/// cut off; nothing if any part is out of range. A leap second counts as the second after it.
std::optional<unix_millis> parse_rfc3339(std::string_view text);

} // namespace hookd
