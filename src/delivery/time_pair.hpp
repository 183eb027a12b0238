// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

#include <chrono>
#include <functional>

namespace hookd::delivery {

using steady_time = std::chrono::steady_clock::time_point;

/// The time on both clocks: waits in this process use the steady clock, stored times the wall clock.
struct time_pair {
    steady_time steady;
    unix_millis wall;
};

/// Uniformly distributed in [0, 1).
using random_source = std::function<double()>;

} // namespace hookd::delivery
