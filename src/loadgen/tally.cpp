// SPDX-License-Identifier: MIT
#include <hookd/loadgen/tally.hpp>

#include <algorithm>
#include <limits>

namespace hookd::loadgen {

bool is_expected(const sent_event& event, expectation wanted) {
    if (!event.response) {
        return false;
    }
    const unsigned status = event.response->status;
    return wanted == expectation::refused ? status == 401 : status >= 200 && status < 300;
}

void send_tally::add(const sent_event& event) {
    ++total_;
    good_ += is_expected(event, wanted_) ? 1 : 0;
    if (!event.response) {
        auto& [count, first] = errors_[event.response.error().kind];
        if (count++ == 0) {
            first = event.response.error().detail;
        }
        return;
    }
    ++statuses_[event.response->status];
    resent_ += event.response->resent ? 1 : 0;
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

} // namespace hookd::loadgen
