// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/http/client/client.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hookd::loadgen {

/// The outcome of one event.
struct sent_event {
    std::string id;
    bool again = false; ///< The very same message was sent before.
    http::client_result<http::client_response> response;
    std::chrono::microseconds latency{}; ///< To the end of the response; from when it was due if there is a rate.
};

/// How a correct receiver responds.
enum class expectation : std::uint8_t {
    accepted, ///< 2xx
    refused,  ///< 401: the signature or its time is wrong
};
bool is_expected(const sent_event& event, expectation wanted);

struct latency_summary {
    std::chrono::microseconds min{};
    std::chrono::microseconds p50{};
    std::chrono::microseconds p90{};
    std::chrono::microseconds p99{};
    std::chrono::microseconds max{};
};

/// Counts the outcomes of all events.
class send_tally {
public:
    struct failures {
        std::uint64_t count = 0;
        std::string first; ///< The detail of the first one.
    };

    explicit send_tally(expectation wanted = expectation::accepted) : wanted_{wanted} {}
    void add(const sent_event& event);

    expectation wanted() const { return wanted_; }

    std::uint64_t total() const { return total_; }
    std::uint64_t good() const { return good_; } ///< With the expected response.
    std::uint64_t answered() const { return latencies_.size(); }
    std::uint64_t resent() const { return resent_; }
    const std::map<unsigned, std::uint64_t>& statuses() const { return statuses_; }
    const std::map<http::client_errc, failures>& errors() const { return errors_; }
    /// Of events with a response of any status; a percentile is the smallest value that this share does not exceed. All
    /// 0 without responses.
    latency_summary latencies() const;

private:
    expectation wanted_;
    std::uint64_t total_ = 0;
    std::uint64_t good_ = 0;
    std::uint64_t resent_ = 0;
    std::map<unsigned, std::uint64_t> statuses_;
    std::map<http::client_errc, failures> errors_;
    std::vector<std::uint32_t> latencies_; // microseconds: small, so that millions fit
};

} // namespace hookd::loadgen
