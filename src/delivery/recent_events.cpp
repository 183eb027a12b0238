// SPDX-License-Identifier: MIT
#include "delivery/recent_events.hpp"

namespace hookd::delivery {

namespace {

std::size_t weight(const event& what) {
    return sizeof(event) + what.endpoint.size() + what.id.size() + what.type.size() + what.collection.size() +
           what.document.size() + what.peer.size() + what.timestamp.size() + what.signature.size() + what.body.size();
}

} // namespace

void recent_events::push(std::span<const event_ptr> events) {
    const mutex_lock lock{mutex_};
    for (const auto& each : events) {
        if (each->sequence != newest_ + 1) {
            forget(each->sequence - 1);
        }
        newest_ = each->sequence;
        bytes_ += weight(*each);
        events_.push_back(each);
        while (events_.size() > bounds_.events || bytes_ > bounds_.bytes) {
            bytes_ -= weight(*events_.front());
            events_.pop_front();
            ++floor_;
        }
    }
}

void recent_events::skip_to(std::uint64_t newest) {
    const mutex_lock lock{mutex_};
    forget(newest);
    newest_ = newest;
}

void recent_events::forget(std::uint64_t up_to) {
    events_.clear();
    bytes_ = 0;
    floor_ = up_to;
}

std::optional<std::vector<event_ptr>> recent_events::after(std::uint64_t position, std::size_t most,
                                                           std::size_t most_bytes) const {
    const mutex_lock lock{mutex_};
    if (position < floor_) {
        return std::nullopt;
    }
    std::vector<event_ptr> found;
    std::size_t bytes = 0;
    for (auto i = position - floor_; i < events_.size() && found.size() < most && bytes < most_bytes; ++i) {
        found.push_back(events_[i]);
        bytes += weight(*events_[i]);
    }
    return found;
}

std::uint64_t recent_events::newest() const {
    const mutex_lock lock{mutex_};
    return newest_;
}

} // namespace hookd::delivery
