// SPDX-License-Identifier: MIT
#include "app/clock.hpp"

namespace hookd::app {

wall_clock choose_clock() {
    return system_now;
}

} // namespace hookd::app
