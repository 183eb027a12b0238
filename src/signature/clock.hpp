// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

#include <cstdint>

namespace hookd::signature {

/// Seconds between two times, whichever is first. Exact for any two: the difference of two 64-bit numbers may need the
/// 64th bit for its value.
inline std::uint64_t seconds_apart(unix_seconds a, unix_seconds b) {
    const auto first = static_cast<std::uint64_t>(a.time_since_epoch().count());
    const auto second = static_cast<std::uint64_t>(b.time_since_epoch().count());
    return a < b ? second - first : first - second;
}

} // namespace hookd::signature
