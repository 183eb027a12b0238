// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/address.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace hookd {

/// An address as counted by limits and shares: an IPv6 client has a whole /64.
using client_network = std::array<std::uint8_t, 16>;

inline client_network network_of(const ip_address& address) {
    client_network network = address.bytes();
    if (!address.is_v4()) {
        std::fill(network.begin() + 8, network.end(), std::uint8_t{0});
    }
    return network;
}

} // namespace hookd
