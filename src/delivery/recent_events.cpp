// SPDX-License-Identifier: MIT
#include "delivery/recent_events.hpp"

#include <algorithm>

namespace hookd::delivery {

namespace {

std::size_t weight(const event& what) {
    return sizeof(event) + what.endpoint.size() + what.id.size() + what.type.size() + what.collection.size() +
           what.document.size() + what.peer.size() + what.timestamp.size() + what.signature.size() + what.body.size();
}

} // namespace

void recent_events::push(std::span<const event_ptr> events, const std::vector<bool>& wanted) {
    const mutex_lock lock{mutex_};
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto& each = events[i];
        if (each->sequence != newest_ + 1) {
            forget(each->sequence - 1);
        }
        newest_ = each->sequence;
        if (!wanted[i]) {
            continue;
        }
        bytes_ += weight(*each);
        events_.push_back(each);
        while (events_.size() > bounds_.events || bytes_ > bounds_.bytes) {
            pop_front();
        }
    }
}

void recent_events::drop(std::uint64_t up_to) {
    const mutex_lock lock{mutex_};
    while (!events_.empty() && events_.front()->sequence <= up_to) {
        pop_front();
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

void recent_events::pop_front() {
    bytes_ -= weight(*events_.front());
    floor_ = events_.front()->sequence;
    events_.pop_front();
}

std::optional<read_events> recent_events::after(std::uint64_t position, std::size_t most,
                                                std::size_t most_bytes) const {
    const mutex_lock lock{mutex_};
    if (position < floor_) {
        return std::nullopt;
    }
    read_events found{.events = {}, .up_to = std::max(position, newest_)};
    std::size_t bytes = 0;
    const auto sequence = [](const event_ptr& each) { return each->sequence; };
    for (auto next = std::ranges::upper_bound(events_, position, {}, sequence); next != events_.end(); ++next) {
        if (found.events.size() >= most || bytes >= most_bytes) {
            found.up_to = found.events.empty() ? position : found.events.back()->sequence;
            break;
        }
        found.events.push_back(*next);
        bytes += weight(**next);
    }
    return found;
}

std::uint64_t recent_events::newest() const {
    const mutex_lock lock{mutex_};
    return newest_;
}

} // namespace hookd::delivery
