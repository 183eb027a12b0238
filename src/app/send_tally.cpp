#include "app/send_tally.hpp"

#include <algorithm>
#include <limits>

namespace hookd::app {

void send_tally::add(const sent_event& event) {
    ++total_;
    if (!event.answer) {
        auto& [count, first] = faults_[event.answer.error().kind];
        if (count++ == 0) {
            first = event.answer.error().detail;
        }
        return;
    }
    const unsigned status = event.answer->status;
    ++statuses_[status];
    good_ += status >= 200 && status < 300 ? 1 : 0;
    resent_ += event.answer->resent ? 1 : 0;
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    latencies_.push_back(static_cast<std::uint32_t>(std::clamp<std::int64_t>(event.latency.count(), 0, most)));
}

latency_summary send_tally::latencies() const {
    if (latencies_.empty()) {
        return {};
    }
    auto sorted = latencies_;
    std::ranges::sort(sorted);
    const auto percentile = [&](std::size_t percent) {
        const std::size_t rank = (sorted.size() * percent + 99) / 100; // rounded up, counted from 1
        return std::chrono::microseconds{sorted[rank - 1]};
    };
    return {.min = std::chrono::microseconds{sorted.front()},
            .p50 = percentile(50),
            .p90 = percentile(90),
            .p99 = percentile(99),
            .max = std::chrono::microseconds{sorted.back()}};
}

} // namespace hookd::app
