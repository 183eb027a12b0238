// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/client_network.hpp>
#include <hookd/core/mutex.hpp>

#include <cstdint>
#include <map>
#include <optional>

namespace hookd::http {

/// Counts the connections of all I/O threads, in total and per address (an IPv6 client has a whole /64). Any thread.
class connection_limits {
public:
    /// The place of a connection; returned when it is destroyed.
    class permit {
    public:
        permit(const permit&) = delete;
        permit& operator=(const permit&) = delete;
        permit(permit&& other) noexcept;
        permit& operator=(permit&&) = delete;
        ~permit();

        /// Passes the place to a connection from another address, atomically. False if the address has reached its
        /// limit; the place is then counted as before.
        bool pass_to(const std::optional<ip_address>& address);

        /// Counts for this address from now on, after being admitted without one. False if the address has reached its
        /// limit.
        bool count_for(const ip_address& address);

    private:
        friend class connection_limits;
        permit(connection_limits& owner, std::optional<client_network> counted) : owner_{&owner}, counted_{counted} {}

        connection_limits* owner_;
        std::optional<client_network> counted_;
    };
    enum class refusal : std::uint8_t { too_many, too_many_from_address };

    connection_limits(unsigned most, unsigned most_per_address) : most_{most}, most_per_address_{most_per_address} {}

    /// Open connections stay, however many they are.
    void limit(unsigned most, unsigned most_per_address);

    /// `address`: nothing for a peer with many clients (a trusted proxy, a Unix socket). Not `too_many` if the address
    /// has reached its limit: no other connection is closed for that.
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
