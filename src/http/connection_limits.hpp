// SPDX-License-Identifier: MIT
#pragma once

#include "http/client_network.hpp"

#include <hookd/core/mutex.hpp>

#include <cstdint>
#include <map>
#include <optional>

namespace hookd::http {

/// Counts the connections of all I/O threads, in all and for each address (an IPv6 client has a whole /64). Any thread.
class connection_limits {
public:
    /// One connection's place; gives it back when it is destroyed.
    class permit {
    public:
        permit(const permit&) = delete;
        permit& operator=(const permit&) = delete;
        permit(permit&& other) noexcept;
        permit& operator=(permit&&) = delete;
        ~permit();

        /// Passes the place on to a connection from another address, without a moment in which somebody else could take
        /// it; false: the address has its most, and the place is still counted as before.
        bool pass_to(const std::optional<ip_address>& address);

        /// Counts for this address from now on, having been admitted without one; false: the address has its most.
        bool count_for(const ip_address& address);

    private:
        friend class connection_limits;
        permit(connection_limits& owner, std::optional<client_network> counted) : owner_{&owner}, counted_{counted} {}

        connection_limits* owner_;
        std::optional<client_network> counted_;
    };
    enum class refusal : std::uint8_t { too_many, too_many_from_address };

    connection_limits(unsigned most, unsigned most_per_address) : most_{most}, most_per_address_{most_per_address} {}

    /// Those that are open already stay, however many they are.
    void limit(unsigned most, unsigned most_per_address);

    /// `address`: nothing for a peer that stands for many clients (a trusted proxy, a Unix socket). Not `too_many`
    /// where the address has its most already: nobody gives way for that.
    std::optional<permit> admit(const std::optional<ip_address>& address, refusal& why);

private:
    bool has_its_most(const client_network& network) const HOOKD_REQUIRES(mutex_);
    void forget(const client_network& network) HOOKD_REQUIRES(mutex_);
    void count(const client_network& network) HOOKD_REQUIRES(mutex_) { ++by_address_[network]; }

    mutex mutex_;
    unsigned most_ HOOKD_GUARDED_BY(mutex_);
    unsigned most_per_address_ HOOKD_GUARDED_BY(mutex_);
    unsigned open_ HOOKD_GUARDED_BY(mutex_) = 0;
    std::map<client_network, unsigned> by_address_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::http
