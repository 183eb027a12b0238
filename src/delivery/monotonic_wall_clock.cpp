// SPDX-License-Identifier: MIT
#include "delivery/monotonic_wall_clock.hpp"

#include <algorithm>

namespace hookd::delivery {

using std::chrono::milliseconds;

namespace {

milliseconds since_start(steady_time time) {
    return std::chrono::duration_cast<milliseconds>(time.time_since_epoch());
}

} // namespace

unix_millis monotonic_wall_clock::read(time_pair now) {
    ahead_ = std::max(ahead_, now.wall.time_since_epoch() - since_start(now.steady));
    return unix_millis{since_start(now.steady) + ahead_};
}

void monotonic_wall_clock::set_right(time_pair now) {
    ahead_ = now.wall.time_since_epoch() - since_start(now.steady);
}

} // namespace hookd::delivery
