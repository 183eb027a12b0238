// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/settings.hpp>

#include <chrono>

namespace hookd::delivery {

/// A sink may ask for more patience than the plan has, up to this.
inline constexpr std::chrono::milliseconds longest_retry_after = std::chrono::hours{1};

/// How long to wait after try number `attempt` (from 1) has failed: `first`, doubled with each further try up to `max`,
/// and of that between 0.8 and 1.2, as `random` in [0, 1) says, so that what failed together does not come back
/// together. Never less than `retry_after`, which counts up to `longest_retry_after`.
std::chrono::milliseconds retry_delay(const retry_settings& plan, unsigned attempt,
                                      std::chrono::milliseconds retry_after, double random);

/// The longest that `retry_delay` can say for this attempt.
std::chrono::milliseconds longest_retry_delay(const retry_settings& plan, unsigned attempt);

} // namespace hookd::delivery
