// SPDX-License-Identifier: MIT
#include <hookd/intake/metrics.hpp>

#include <algorithm>
#include <utility>

namespace hookd::intake {

std::string_view to_text(refusal why) {
    static constexpr std::array<std::string_view, refusals> names{
        "unknown_path", "method",        "address",       "content_encoding", "missing_header", "repeated_header",
        "bad_id",       "bad_timestamp", "bad_signature", "too_old",          "too_new",        "wrong_signature",
        "full",         "busy",          "stopped"};
    return names[static_cast<std::size_t>(why)];
}

std::string_view to_text(event_kind what) {
    static constexpr std::array<std::string_view, event_kinds> names{"upsert.success", "upsert.fail", "other"};
    return names[static_cast<std::size_t>(what)];
}

event_kind kind_of(std::string_view type) {
    for (const auto each : {event_kind::upsert_success, event_kind::upsert_fail}) {
        if (type == to_text(each)) {
            return each;
        }
    }
    return event_kind::other;
}

std::uint64_t endpoint_metrics::accepted() const {
    std::uint64_t sum = 0;
    for (const auto& each : stored) {
        sum += each.value();
    }
    return sum;
}

void endpoint_metrics::authentic(unix_seconds at) {
    // Once a second is enough, and keeps the cache line shared most of the time.
    const auto seconds = at.time_since_epoch().count();
    if (last_authentic_.load(std::memory_order_relaxed) != seconds) {
        last_authentic_.store(seconds, std::memory_order_relaxed);
    }
}

unix_seconds endpoint_metrics::last_authentic() const {
    return unix_seconds{std::chrono::seconds{last_authentic_.load(std::memory_order_relaxed)}};
}

endpoint_metrics& metrics::of(const std::string& endpoint) {
    const mutex_lock lock{mutex_};
    auto& place = endpoints_[endpoint];
    if (place == nullptr) {
        place = std::make_unique<endpoint_metrics>();
    }
    return *place;
}

std::vector<metrics::named> metrics::endpoints() const {
    const mutex_lock lock{mutex_};
    std::vector<named> all;
    for (const auto& [endpoint, counters] : endpoints_) {
        if (std::ranges::find(shown_, endpoint) != shown_.end()) {
            all.push_back({endpoint, counters.get()});
        }
    }
    return all;
}

void metrics::show(std::vector<std::string> endpoints) {
    const mutex_lock lock{mutex_};
    shown_ = std::move(endpoints);
}

} // namespace hookd::intake
