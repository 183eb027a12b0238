// SPDX-License-Identifier: MIT
#include <hookd/daemon/clock.hpp>

namespace hookd::daemon {

wall_clock choose_clock() {
    return system_now;
}

} // namespace hookd::daemon
