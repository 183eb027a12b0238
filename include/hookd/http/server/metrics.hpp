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

/// All statuses of responses to senders.
inline constexpr std::array<unsigned, 12> known_statuses{204, 400, 401, 403, 404, 405, 408, 413, 415, 431, 501, 503};

/// Why a request was rejected before the handler got it.
enum class refusal : std::uint8_t {
    bad_request,
    timeout,
    body_too_large,
    header_too_large,
    transfer_coding,
    body_memory, ///< too many large bodies were in flight
};
inline constexpr std::size_t refusals = 6;
std::string_view to_text(refusal why);

/// The last time of an event. Any thread.
class last_time {
public:
    void mark();
    bool within(std::chrono::seconds span) const;

private:
    std::atomic<std::chrono::steady_clock::rep> at_{0};
};

/// The effects of a server's limits on clients.
enum class limit_effect : std::uint8_t {
    refused_connection,   ///< max_connections reached, and no connection could be closed for it
    gave_way,             ///< max_connections reached: one without authentic requests was closed for a new one
    refused_from_address, ///< max_connections_per_address reached
    refused_body,         ///< too many large bodies were in flight
};
inline constexpr std::size_t limit_effects = 4;

/// The counters of a server since its start. Any thread may count and read.
struct server_metrics {
    std::array<counter, known_statuses.size()> answers; ///< By the index of the status in `known_statuses`.
    std::array<counter, refusals> refused;              ///< By `refusal`.

    counter connections_opened;
    counter connections_closed;
    counter too_many_connections;
    counter gave_way; ///< Connections closed for a new one because max_connections was reached.
    counter too_many_from_address;
    counter proxy_refused; ///< The PROXY header was invalid, late or from an untrusted peer.
    counter handshakes;    ///< Completed TLS handshakes.
    counter failed_handshakes;

    void answered(unsigned status);
    /// Counts a rejection with this status; returns what it counts as.
    refusal refused_with(unsigned status);

    /// A connection could not be accepted, for lack of descriptors or memory.
    void accept_failed();
    /// Whether that happened within the last second: then accepting pauses, and connections wait in the kernel.
    bool accepting_fails() const;

    /// Counts it and stores the time; `refused_body` is counted by `refused_with`.
    void limit_reached(limit_effect what);
    bool limit_reached_within(limit_effect what, std::chrono::seconds span) const {
        return limited_[static_cast<std::size_t>(what)].within(span);
    }

private:
    last_time accept_failure_;
    std::array<last_time, limit_effects> limited_; // by limit_effect
};

} // namespace hookd::http
