// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

/// Of durations, exact to about 1.6 %: 64 buckets for each power of two of nanoseconds.
class histogram {
public:
    void add(std::chrono::nanoseconds took) {
        const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 1));
        ++buckets_.at(bucket(value));
        ++count_;
        most_ = std::max(most_, value);
    }

    double millis_below(double part) const {
        const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(count_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            seen += buckets_.at(i);
            if (seen > wanted) {
                return 1e-6 * static_cast<double>(std::min(upper(i), most_));
            }
        }
        return 1e-6 * static_cast<double>(most_);
    }

    double most_millis() const { return 1e-6 * static_cast<double>(most_); }

private:
    static constexpr unsigned parts_bits = 6;

    static std::size_t bucket(std::uint64_t value) {
        const auto power = static_cast<unsigned>(std::bit_width(value));
        const unsigned shift = power > parts_bits + 1 ? power - parts_bits - 1 : 0;
        return (std::size_t{shift} << parts_bits) + (value >> shift);
    }

    static std::uint64_t upper(std::size_t bucket) {
        const std::size_t row = bucket >> parts_bits;
        const std::size_t shift = row > 1 ? row - 1 : 0;
        return ((bucket - (shift << parts_bits) + 1) << shift) - 1;
    }

    std::array<std::uint64_t, (64U - parts_bits) << parts_bits> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t most_ = 0;
};
