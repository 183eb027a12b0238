#pragma once

#include "delivery/instant.hpp"

#include <chrono>

namespace hookd::delivery {

/// The wall clock as the times of next tries know it: it follows a wall clock that is set forward (then tries come
/// early, which costs no more than a try), but not one that is set back, for then every event that waits would wait
/// that much longer. With nothing waiting it may be set right again.
class forward_clock {
public:
    unix_millis read(instant now);
    void set_right(instant now);

private:
    std::chrono::milliseconds ahead_ = std::chrono::milliseconds::min(); // of the steady clock
};

} // namespace hookd::delivery
