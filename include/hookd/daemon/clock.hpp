// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

namespace hookd::daemon {

/// The clock that signatures are checked by: the system's. Only in builds with HOOKD_TEST_HOOKS the environment
/// variable HOOKD_TEST_CLOCK may name a file that holds Unix seconds, read at each use.
wall_clock choose_clock();

} // namespace hookd::daemon
