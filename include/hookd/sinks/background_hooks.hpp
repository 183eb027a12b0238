// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace hookd::sinks {

/// What so many hooks have left running may print on: each has two descriptors. For all exec sinks together, also for
/// those that a reload has removed.
inline constexpr std::size_t most_background_hooks = 64;

} // namespace hookd::sinks
