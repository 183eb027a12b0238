#pragma once

#include <hookd/core/address.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
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

        /// Counts for this address from now on, having been admitted without one; false: the address has its most.
        bool count_for(const ip_address& address);

    private:
        friend class connection_limits;
        using key = std::array<std::uint8_t, 16>;
        permit(connection_limits& owner, std::optional<key> counted) : owner_{&owner}, counted_{counted} {}

        connection_limits* owner_;
        std::optional<key> counted_;
    };
    enum class refusal : std::uint8_t { too_many, too_many_from_address };

    connection_limits(unsigned most, unsigned most_per_address) : most_{most}, most_per_address_{most_per_address} {}

    /// Those that are open already stay, however many they are.
    void limit(unsigned most, unsigned most_per_address);

    /// `address`: nothing for a peer that stands for many clients (a trusted proxy, a Unix socket).
    std::optional<permit> admit(const std::optional<ip_address>& address, refusal& why);

private:
    /// Under the lock. Nothing: the address has its most.
    std::optional<permit::key> count(const ip_address& address);

    std::mutex mutex_; // over everything below
    unsigned most_;
    unsigned most_per_address_;
    unsigned open_ = 0;
    std::map<permit::key, unsigned> by_address_;
};

/// The memory that all request bodies under way may take together. Any thread.
class body_budget {
public:
    explicit body_budget(std::size_t most) : most_{most} {}

    void limit(std::size_t most) { most_ = most; }

    /// Changes one connection's share from `had` to `wanted` bytes; false: there is not enough left, nothing changed.
    bool change(std::size_t had, std::size_t wanted);

private:
    std::atomic<std::size_t> most_;
    std::atomic<std::size_t> used_{0};
};

} // namespace hookd::http
