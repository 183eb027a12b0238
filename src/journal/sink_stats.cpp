// SPDX-License-Identifier: MIT
#include <hookd/journal/metrics.hpp>

namespace hookd::journal {

void sink_stats::put(std::string_view sink, const entry& now) {
    const mutex_lock lock(mutex_);
    const auto found = sinks_.find(sink);
    if (found != sinks_.end()) {
        found->second = now;
    } else {
        sinks_.emplace(sink, now);
    }
    ++changes_;
}

void sink_stats::remove(std::string_view sink) {
    const mutex_lock lock(mutex_);
    if (const auto found = sinks_.find(sink); found != sinks_.end()) {
        sinks_.erase(found);
    }
    ++changes_;
}

std::map<std::string, sink_stats::entry, std::less<>> sink_stats::all() const {
    const mutex_lock lock(mutex_);
    return sinks_;
}

std::optional<sink_stats::entry> sink_stats::find(std::string_view sink) const {
    const mutex_lock lock(mutex_);
    const auto found = sinks_.find(sink);
    return found != sinks_.end() ? std::optional(found->second) : std::nullopt;
}

} // namespace hookd::journal
