// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

#include <chrono>
#include <functional>

namespace hookd::delivery {

using steady_time = std::chrono::steady_clock::time_point;

/// Now, by both clocks: what is waited for in this process goes by the steady one, what is stored by the wall clock.
struct time_pair {
    steady_time steady;
    unix_millis wall;
};

/// Draws evenly from [0, 1).
using random_source = std::function<double()>;

} // namespace hookd::delivery
