// SPDX-License-Identifier: MIT
#include "http/server/body_budget.hpp"

#include <hookd/core/failpoint.hpp>

#include <algorithm>

namespace hookd::http {

namespace {

/// A body without progress for this long has stalled.
constexpr std::chrono::seconds stalled{1};
/// A body without progress for this long is dropped for another of the same client, which may be one of many behind the
/// same address. A sender that has the whole body pauses only if the network does.
constexpr std::chrono::milliseconds pauses{100};
/// A body is granted memory only if this multiple of its size stays free for others.
constexpr std::size_t left_to_others = 4;

} // namespace

/// A usual event needs no memory and changes nothing: then no lock is taken.
body_budget::outcome body_budget::share::resize(std::size_t bytes, const std::optional<client_network>& client,
                                                clock::time_point now) {
    if (bytes == bytes_) {
        return gave_way() ? outcome::gave_way : outcome::granted;
    }
    const mutex_lock lock{budget_.mutex_};
    if (bytes_ == 0) {
        client_ = client;
    }
    if (bytes > bytes_) {
        if (const auto taken = budget_.take(*this, bytes, now); taken != outcome::granted) {
            return taken;
        }
    } else if (!gave_way()) {
        budget_.subtract(*this, bytes_ - bytes);
    } else {
        budget_.given_way_ -= bytes_ - bytes;
        gave_way_ = bytes > 0;
    }
    bytes_ = bytes;
    if (is_linked() && bytes == 0) {
        budget_.shares_.erase(budget_.shares_.iterator_to(*this));
    }
    return outcome::granted;
}

void body_budget::share::refresh(clock::time_point now) {
    if (bytes_ == 0) {
        return;
    }
    const mutex_lock lock{budget_.mutex_};
    if (is_linked()) {
        idle_since_ = now;
        auto& all = budget_.shares_;
        all.splice(all.end(), all, all.iterator_to(*this));
    }
}

void body_budget::limit(std::size_t most) {
    const mutex_lock lock{mutex_};
    most_ = most;
}

body_budget::outcome body_budget::take(share& whose, std::size_t bytes, clock::time_point now) {
    const std::size_t more = bytes - whose.bytes_;
    if (whose.gave_way()) {
        return outcome::gave_way;
    }
    if (!failpoint("no_body_budget")) {
        if (used_ + given_way_ + more > most_) {
            return outcome::used_up;
        }
        while (used_ + more + left_to_others * bytes > most_ - most_ / 4) {
            share* const victim = find_victim(whose, more, now);
            if (victim == nullptr) {
                return outcome::used_up;
            }
            subtract(*victim, victim->bytes_);
            given_way_ += victim->bytes_;
            victim->gave_way_ = true;
            victim->on_gave_way_();
            shares_.erase(shares_.iterator_to(*victim));
        }
    }
    add(whose, more);
    if (!whose.is_linked()) {
        whose.idle_since_ = now;
        shares_.push_back(whose);
    }
    return outcome::granted;
}

body_budget::share* body_budget::find_victim(const share& other, std::size_t more, clock::time_point now) {
    const auto longest_idle = [&](const auto& is_meant) HOOKD_REQUIRES(mutex_) -> share* {
        const auto found =
            std::ranges::find_if(shares_, [&](const share& each) { return &each != &other && is_meant(each); });
        return found == shares_.end() ? nullptr : &*found;
    };
    share* const idle = longest_idle([](const share&) { return true; });
    if (idle != nullptr && now - idle->idle_since_ >= stalled) {
        return idle;
    }
    const auto largest = std::ranges::max_element(by_client_, {}, [](const auto& each) { return each.second; });
    if (largest != by_client_.end() && other.client_ && largest->first != *other.client_) {
        const auto own = by_client_.find(*other.client_);
        if (largest->second > more + (own == by_client_.end() ? 0 : own->second)) {
            return longest_idle([&](const share& each) { return each.client_ == largest->first; });
        }
    }
    share* const own_idle = longest_idle([&](const share& each) { return each.client_ == other.client_; });
    return own_idle != nullptr && now - own_idle->idle_since_ >= pauses ? own_idle : nullptr;
}

void body_budget::add(const share& whose, std::size_t more) {
    used_ += more;
    if (whose.client_) {
        by_client_[*whose.client_] += more;
    }
}

void body_budget::subtract(const share& whose, std::size_t less) {
    used_ -= less;
    if (whose.client_) {
        const auto place = by_client_.find(*whose.client_);
        place->second -= less;
        if (place->second == 0) {
            by_client_.erase(place);
        }
    }
}

} // namespace hookd::http
