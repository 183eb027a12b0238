#include "delivery/forward_clock.hpp"

#include <algorithm>

namespace hookd::delivery {

using std::chrono::milliseconds;

namespace {

milliseconds since_start(steady_time time) {
    return std::chrono::duration_cast<milliseconds>(time.time_since_epoch());
}

} // namespace

unix_millis forward_clock::read(instant now) {
    ahead_ = std::max(ahead_, now.wall.time_since_epoch() - since_start(now.steady));
    return unix_millis{since_start(now.steady) + ahead_};
}

void forward_clock::set_right(instant now) {
    ahead_ = now.wall.time_since_epoch() - since_start(now.steady);
}

} // namespace hookd::delivery
