// SPDX-License-Identifier: MIT
#include <hookd/core/counter.hpp>

#include <algorithm>

namespace hookd {

std::size_t counter::own_cell() {
    static constinit std::atomic<std::size_t> threads = 0;
    thread_local const std::size_t own = threads.fetch_add(1, std::memory_order_relaxed) % cells;
    return own;
}

std::uint64_t counter::value() const {
    std::uint64_t sum = 0;
    for (const auto& each : cells_) {
        sum += each.value.load(std::memory_order_relaxed);
    }
    return sum;
}

void histogram::observe(std::uint64_t value) {
    const auto bound = std::ranges::lower_bound(bounds_, value);
    // Only one thread writes: a load and a store are enough, and cheaper than an atomic addition.
    const auto raise = [](std::atomic<std::uint64_t>& what, std::uint64_t by) {
        what.store(what.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    };
    raise(counts_[static_cast<std::size_t>(bound - bounds_.begin())], 1);
    raise(sum_, value);
}

histogram::reading histogram::read() const {
    reading found;
    std::uint64_t total = 0;
    for (const auto& each : counts_) {
        total += each.load(std::memory_order_relaxed);
        found.cumulative.push_back(total);
    }
    found.sum = sum_.load(std::memory_order_relaxed);
    return found;
}

} // namespace hookd
