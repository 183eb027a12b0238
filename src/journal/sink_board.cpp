#include <hookd/journal/statistics.hpp>

namespace hookd::journal {

void sink_board::put(std::string_view sink, const standing& now) {
    const mutex_lock lock(mutex_);
    const auto found = sinks_.find(sink);
    if (found != sinks_.end()) {
        found->second = now;
    } else {
        sinks_.emplace(sink, now);
    }
}

std::optional<sink_board::standing> sink_board::find(std::string_view sink) const {
    const mutex_lock lock(mutex_);
    const auto found = sinks_.find(sink);
    return found != sinks_.end() ? std::optional(found->second) : std::nullopt;
}

} // namespace hookd::journal
