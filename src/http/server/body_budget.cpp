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
        budget_.count(*this, bytes);
    } else {
        budget_.given_way_ -= bytes_ - bytes;
        gave_way_ = bytes > 0;
    }
    bytes_ = bytes;
    return outcome::granted;
}

void body_budget::share::refresh(clock::time_point now) {
    if (bytes_ == 0) {
        return;
    }
    const mutex_lock lock{budget_.mutex_};
    if (among_all_.is_linked()) {
        idle_since_ = now;
        auto& all = budget_.shares_;
        all.splice(all.end(), all, all.iterator_to(*this));
        auto& own = budget_.by_client_.find(client_)->second.shares;
        own.splice(own.end(), own, own.iterator_to(*this));
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
            count(*victim, 0);
            given_way_ += victim->bytes_;
            victim->gave_way_ = true;
            victim->on_gave_way_();
        }
    }
    if (whose.bytes_ == 0) {
        whose.idle_since_ = now;
    }
    count(whose, bytes);
    return outcome::granted;
}

body_budget::share* body_budget::find_victim(const share& other, std::size_t more, clock::time_point now) {
    const auto longest_idle = [&](auto& shares) -> share* {
        const auto found = std::ranges::find_if(shares, [&](const share& each) { return &each != &other; });
        return found == shares.end() ? nullptr : &*found;
    };
    share* const idle = longest_idle(shares_);
    if (idle != nullptr && now - idle->idle_since_ >= stalled) {
        return idle;
    }
    const auto own = by_client_.find(other.client_);
    if (other.client_ && !by_bytes_.empty()) {
        const auto& [bytes, client] = *by_bytes_.rbegin();
        if (client != *other.client_ && bytes > more + (own == by_client_.end() ? 0 : own->second.bytes)) {
            return longest_idle(by_client_.find(client)->second.shares);
        }
    }
    share* const own_idle = own == by_client_.end() ? nullptr : longest_idle(own->second.shares);
    return own_idle != nullptr && now - own_idle->idle_since_ >= pauses ? own_idle : nullptr;
}

/// Counts the share with so many bytes instead of its own; with 0 it does not count any more. May throw only if the
/// client is new.
void body_budget::count(share& whose, std::size_t bytes) {
    auto& held = by_client_[whose.client_];
    const auto total = held.bytes - whose.bytes_ + bytes;
    if (whose.client_) {
        if (auto node = by_bytes_.extract({held.bytes, *whose.client_}); node.empty()) {
            by_bytes_.emplace(total, *whose.client_);
        } else if (total > 0) {
            node.value().first = total;
            by_bytes_.insert(std::move(node));
        }
    }
    held.bytes = total;
    used_ = used_ - whose.bytes_ + bytes;
    if (whose.bytes_ == 0) {
        shares_.push_back(whose);
        held.shares.push_back(whose);
    }
    if (bytes == 0) {
        shares_.erase(shares_.iterator_to(whose));
        held.shares.erase(held.shares.iterator_to(whose));
        if (held.shares.empty()) {
            by_client_.erase(whose.client_);
        }
    }
}

} // namespace hookd::http
