// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/sinks/settings.hpp>

#include <chrono>

namespace hookd::delivery {

/// A sink may ask for a longer wait than planned, up to this.
inline constexpr std::chrono::milliseconds longest_retry_after = std::chrono::hours{1};

/// How long to wait after attempt number `attempt` (from 1) has failed: `first`, doubled with each further attempt up
/// to `max`, times 0.8 to 1.2, depending on `random` in [0, 1), so that events that failed together are not retried
/// together. Never less than `retry_after`, which is limited to `longest_retry_after`.
std::chrono::milliseconds retry_delay(const retry_settings& plan, unsigned attempt,
                                      std::chrono::milliseconds retry_after, double random);

/// The longest `retry_delay` for this attempt.
std::chrono::milliseconds longest_retry_delay(const retry_settings& plan, unsigned attempt);

} // namespace hookd::delivery
