// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace hookd::sinks {

/// How many hooks whose background processes still run may have their output read: each needs two descriptors. For all
/// exec sinks together, including those that a reload has removed.
inline constexpr std::size_t most_background_hooks = 64;

} // namespace hookd::sinks
