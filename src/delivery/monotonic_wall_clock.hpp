// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/time_pair.hpp"

#include <chrono>

namespace hookd::delivery {

/// The wall clock that retry times are measured by: it follows a wall clock that is set forward (attempts are then
/// early, which costs no more than an attempt), but not one that is set back, since every waiting event would then wait
/// that much longer. When nothing waits, it may be corrected.
class monotonic_wall_clock {
public:
    unix_millis read(time_pair now);
    void set_right(time_pair now);

private:
    std::chrono::milliseconds ahead_ = std::chrono::milliseconds::min(); // of the steady clock
};

} // namespace hookd::delivery
