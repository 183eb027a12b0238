#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace hookd {

/// Lets through `burst` in any `period`, and counts what it held back: so that a flood of equal lines becomes a few,
/// and the number of the others is still told. Not thread-safe.
class rate_limiter {
public:
    using clock = std::chrono::steady_clock;

    rate_limiter(unsigned burst, clock::duration period) : burst_{burst}, period_{period} {}

    /// Nothing: hold this one back. A number: let it through, and say that so many before it were held back.
    std::optional<std::uint64_t> admit(clock::time_point now);

private:
    unsigned burst_;
    clock::duration period_;
    clock::time_point period_begin_{};
    unsigned admitted_ = 0;
    std::uint64_t held_back_ = 0;
};

} // namespace hookd
