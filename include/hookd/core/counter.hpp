// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hookd {

/// A number that only grows, for metrics. Any thread may add. Each thread adds to a cache line of its own (shared only
/// if there are more threads than lines), so counting causes no contention in the request path.
class counter {
public:
    void add(std::uint64_t more = 1) { cells_[own_cell()].value.fetch_add(more, std::memory_order_relaxed); }
    std::uint64_t value() const;

private:
    static constexpr std::size_t cells = 8;
    static constexpr std::size_t cache_line = 64;
    struct alignas(cache_line) cell {
        std::atomic<std::uint64_t> value = 0;
    };
    static std::size_t own_cell();

    std::array<cell, cells> cells_;
};

/// The distribution of measured numbers: how many were at or below each bound. One thread observes, any thread may
/// read.
class histogram {
public:
    struct reading {
        std::vector<std::uint64_t> cumulative; ///< One for each bound, and the last for all.
        std::uint64_t sum = 0;
    };

    /// Ascending bounds, which must outlive the histogram.
    explicit histogram(std::span<const std::uint64_t> bounds) : bounds_{bounds}, counts_(bounds.size() + 1) {}

    void observe(std::uint64_t value);
    std::span<const std::uint64_t> bounds() const { return bounds_; }
    reading read() const;

private:
    std::span<const std::uint64_t> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::atomic<std::uint64_t> sum_ = 0;
};

} // namespace hookd
