#include <hookd/core/rate_limiter.hpp>

#include <utility>

namespace hookd {

std::optional<std::uint64_t> rate_limiter::admit(clock::time_point now) {
    if (now - period_begin_ >= period_) {
        period_begin_ = now;
        admitted_ = 0;
    }
    if (admitted_ == burst_) {
        ++held_back_;
        return std::nullopt;
    }
    ++admitted_;
    return std::exchange(held_back_, 0);
}

} // namespace hookd
