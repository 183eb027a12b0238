// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/time_pair.hpp"

#include <chrono>

namespace hookd::delivery {

/// The wall clock as the times of next tries know it: it follows a wall clock that is set forward (then tries come
/// early, which costs no more than a try), but not one that is set back, for then every event that waits would wait
/// that much longer. With nothing waiting it may be set right again.
class monotonic_wall_clock {
public:
    unix_millis read(time_pair now);
    void set_right(time_pair now);

private:
    std::chrono::milliseconds ahead_ = std::chrono::milliseconds::min(); // of the steady clock
};

} // namespace hookd::delivery
