// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/counter.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hookd::http {

/// Every status that a sender is answered with.
inline constexpr std::array<unsigned, 12> known_statuses{204, 400, 401, 403, 404, 405, 408, 413, 415, 431, 501, 503};

/// Why a request was refused before anybody was asked about it.
enum class refusal : std::uint8_t {
    bad_request,
    timeout,
    body_too_large,
    header_too_large,
    transfer_coding,
    body_memory, ///< too many large bodies were under way
};
inline constexpr std::size_t refusals = 6;
std::string_view to_text(refusal why);

/// When something happened last. Any thread.
class last_time {
public:
    void mark();
    bool within(std::chrono::seconds span) const;

private:
    std::atomic<std::chrono::steady_clock::rep> at_{0};
};

/// What a server's limits have done to clients.
enum class limit_effect : std::uint8_t {
    refused_connection,   ///< max_connections reached, and no connection could give way
    gave_way,             ///< max_connections reached: one that had brought nothing authentic was closed for a new one
    refused_from_address, ///< max_connections_per_address reached
    refused_body,         ///< too many large bodies were under way
};
inline constexpr std::size_t limit_effects = 4;

/// What a server has done since it started. Any thread may count and read.
struct server_metrics {
    std::array<counter, known_statuses.size()> answers; ///< By the place of the status in `known_statuses`.
    std::array<counter, refusals> refused;              ///< By `refusal`.

    counter connections_opened;
    counter connections_closed;
    counter too_many_connections;
    counter gave_way; ///< Connections closed because max_connections was reached, each for a new one.
    counter too_many_from_address;
    counter proxy_refused; ///< Its PROXY header was wrong or late, or is not believed.
    counter handshakes;    ///< TLS, completed.
    counter failed_handshakes;

    void answered(unsigned status);
    /// A refusal that is answered with this status.
    void refused_with(unsigned status);

    /// No connection could be accepted, for want of descriptors or memory.
    void accept_failed();
    /// That was so within the last second: then accepting pauses, and connections wait in the kernel.
    bool accepting_fails() const;

    /// Counts it, and when it was; `refused_body` is counted by `refused_with`.
    void limit_reached(limit_effect what);
    bool limit_reached_within(limit_effect what, std::chrono::seconds span) const {
        return limited_[static_cast<std::size_t>(what)].within(span);
    }

private:
    last_time accept_failure_;
    std::array<last_time, limit_effects> limited_; // by limit_effect
};

} // namespace hookd::http
