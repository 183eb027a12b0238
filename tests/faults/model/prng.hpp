// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hookd::model {

/// Random numbers that are the same on every machine (splitmix64).
class prng {
public:
    explicit prng(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next() {
        auto z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    /// From 0, less than `bound`.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
    bool one_in(std::uint64_t times) { return below(times) == 0; }
    double fraction() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
    template <class Range>
    auto& of(Range& from) {
        return from[below(std::size(from))];
    }

private:
    std::uint64_t state_;
};

} // namespace hookd::model
