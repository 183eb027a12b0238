// SPDX-License-Identifier: MIT
#include "delivery/backoff_gate.hpp"

#include "delivery/retry_plan.hpp"

#include <algorithm>

namespace hookd::delivery {

namespace {

/// However long the sink was down, it gets its events soon after it is back.
constexpr std::chrono::milliseconds longest_pause = std::chrono::minutes{1};
/// Even with `first = 0`, an unavailable sink is not probed in a busy loop.
constexpr std::chrono::milliseconds shortest_pause{10};

} // namespace

void backoff_gate::unavailable(std::uint64_t epoch, std::chrono::milliseconds retry_after, steady_time now,
                               double random) {
    if (epoch != epoch_) {
        return;
    }
    ++epoch_;
    ++pauses_;
    auto pauses = plan_;
    pauses.max = std::min(plan_.max, longest_pause);
    until_ = now + std::max(retry_delay(pauses, pauses_, retry_after, random), shortest_pause);
}

void backoff_gate::worked(std::uint64_t epoch) {
    if (epoch != epoch_) {
        return;
    }
    pauses_ = 0;
}

} // namespace hookd::delivery
