// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/time_pair.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace hookd::delivery {

/// Counts what happened within the last 60 s, to the second, in constant memory.
class last_minute {
public:
    void add(std::uint64_t count, steady_time now) {
        const auto second = second_of(now);
        auto& slot = slots_.at(static_cast<std::size_t>(second) % slots_.size());
        if (slot.second != second) {
            slot = {.second = second};
        }
        slot.count += count;
    }

    std::uint64_t count(steady_time now) const {
        const auto second = second_of(now);
        std::uint64_t sum = 0;
        for (const auto& slot : slots_) {
            if (second - slot.second < static_cast<std::int64_t>(slots_.size())) {
                sum += slot.count;
            }
        }
        return sum;
    }

private:
    struct slot {
        std::int64_t second = 0;
        std::uint64_t count = 0;
    };

    static std::int64_t second_of(steady_time now) {
        return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    }

    std::array<slot, 60> slots_{};
};

} // namespace hookd::delivery
