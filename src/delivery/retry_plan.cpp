// SPDX-License-Identifier: MIT
#include "delivery/retry_plan.hpp"

#include <algorithm>
#include <cmath>

namespace hookd::delivery {

using std::chrono::milliseconds;

namespace {

constexpr double least_jitter = 0.8;
constexpr double most_jitter = 1.2;

/// Whatever the settings, the time of the next attempt stays far from the end of the clock's range.
constexpr milliseconds longest_delay = std::chrono::years{10};

milliseconds scaled(milliseconds delay, double factor) {
    return milliseconds{std::llround(static_cast<double>(delay.count()) * factor)};
}

milliseconds without_jitter(const retry_settings& plan, unsigned attempt) {
    const auto max = std::clamp(plan.max, milliseconds{0}, longest_delay);
    auto delay = std::clamp(plan.first, milliseconds{0}, max);
    if (delay == milliseconds{0}) {
        return delay;
    }
    for (unsigned tries = 1; tries < attempt && delay < max; ++tries) {
        delay = delay > max / 2 ? max : delay * 2;
    }
    return delay;
}

} // namespace

milliseconds retry_delay(const retry_settings& plan, unsigned attempt, milliseconds retry_after, double random) {
    const auto factor = least_jitter + (most_jitter - least_jitter) * random;
    return std::max(scaled(without_jitter(plan, attempt), factor), std::min(retry_after, longest_retry_after));
}

milliseconds longest_retry_delay(const retry_settings& plan, unsigned attempt) {
    return std::max(scaled(without_jitter(plan, attempt), most_jitter), longest_retry_after);
}

} // namespace hookd::delivery
