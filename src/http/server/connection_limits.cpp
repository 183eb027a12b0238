// SPDX-License-Identifier: MIT
#include "http/server/connection_limits.hpp"

#include <utility>

namespace hookd::http {

connection_limits::permit::permit(permit&& other) noexcept
    : owner_{std::exchange(other.owner_, nullptr)}, counted_{other.counted_} {}

connection_limits::permit::~permit() {
    if (owner_ == nullptr) {
        return;
    }
    const mutex_lock lock{owner_->mutex_};
    --owner_->open_;
    if (counted_) {
        owner_->forget(*counted_);
    }
}

bool connection_limits::permit::pass_to(const std::optional<ip_address>& address) {
    const auto network = address ? std::optional{network_of(*address)} : std::nullopt;
    const mutex_lock lock{owner_->mutex_};
    if (network && network != counted_ && owner_->has_its_most(*network)) {
        return false;
    }
    if (counted_) {
        owner_->forget(*counted_);
    }
    if (network) {
        owner_->count(*network);
    }
    counted_ = network;
    return true;
}

void connection_limits::limit(unsigned most, unsigned most_per_address) {
    const mutex_lock lock{mutex_};
    most_ = most;
    most_per_address_ = most_per_address;
}

bool connection_limits::permit::count_for(const ip_address& address) {
    const auto network = network_of(address);
    const mutex_lock lock{owner_->mutex_};
    if (owner_->has_its_most(network)) {
        return false;
    }
    owner_->count(network);
    counted_ = network;
    return true;
}

std::optional<connection_limits::permit> connection_limits::admit(const std::optional<ip_address>& address,
                                                                  refusal& why) {
    const auto network = address ? std::optional{network_of(*address)} : std::nullopt;
    const mutex_lock lock{mutex_};
    if (network && has_its_most(*network)) {
        why = refusal::too_many_from_address;
        return std::nullopt;
    }
    if (open_ >= most_) {
        why = refusal::too_many;
        return std::nullopt;
    }
    if (network) {
        count(*network);
    }
    ++open_;
    return permit{*this, network};
}

void connection_limits::forget(const client_network& network) {
    const auto place = by_address_.find(network);
    if (--place->second == 0) {
        by_address_.erase(place);
    }
}

bool connection_limits::has_its_most(const client_network& network) const {
    const auto place = by_address_.find(network);
    return (place == by_address_.end() ? 0 : place->second) >= most_per_address_;
}

} // namespace hookd::http
