#include "http/connection_limits.hpp"

#include <hookd/core/sabotage.hpp>

#include <algorithm>
#include <utility>

namespace hookd::http {

connection_limits::permit::permit(permit&& other) noexcept
    : owner_{std::exchange(other.owner_, nullptr)}, counted_{other.counted_} {}

connection_limits::permit::~permit() {
    if (owner_ == nullptr) {
        return;
    }
    const std::lock_guard lock{owner_->mutex_};
    --owner_->open_;
    if (counted_) {
        const auto place = owner_->by_address_.find(*counted_);
        if (--place->second == 0) {
            owner_->by_address_.erase(place);
        }
    }
}

void connection_limits::limit(unsigned most, unsigned most_per_address) {
    const std::lock_guard lock{mutex_};
    most_ = most;
    most_per_address_ = most_per_address;
}

bool connection_limits::permit::count_for(const ip_address& address) {
    const std::lock_guard lock{owner_->mutex_};
    counted_ = owner_->count(address);
    return counted_.has_value();
}

std::optional<connection_limits::permit> connection_limits::admit(const std::optional<ip_address>& address,
                                                                  refusal& why) {
    const std::lock_guard lock{mutex_};
    if (open_ >= most_) {
        why = refusal::too_many;
        return std::nullopt;
    }
    std::optional<permit::key> counted;
    if (address) {
        counted = count(*address);
        if (!counted) {
            why = refusal::too_many_from_address;
            return std::nullopt;
        }
    }
    ++open_;
    return permit{*this, counted};
}

std::optional<connection_limits::permit::key> connection_limits::count(const ip_address& address) {
    permit::key key = address.bytes();
    if (!address.is_v4()) {
        std::fill(key.begin() + 8, key.end(), std::uint8_t{0});
    }
    unsigned& from_there = by_address_[key];
    if (from_there >= most_per_address_) {
        return std::nullopt;
    }
    ++from_there;
    return key;
}

bool body_budget::change(std::size_t had, std::size_t wanted) {
    if (wanted == had) { // as for every usual event: the count is all threads' own
        return true;
    }
    if (wanted < had) {
        used_ -= had - wanted;
        return true;
    }
    const std::size_t more = wanted - had;
    if (used_.fetch_add(more) + more > most_ && !sabotaged("no_body_budget")) {
        used_ -= more;
        return false;
    }
    return true;
}

} // namespace hookd::http
