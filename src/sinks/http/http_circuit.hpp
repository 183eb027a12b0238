// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace hookd::sinks {

/// A circuit breaker for a server that accepts requests but fails with every event: behind a proxy a dead application
/// is a 502, and a hanging one a timeout. Then sending pauses, for longer each time, until the attempt of one event.
/// That counts as one of its attempts, as always: so an event that is itself the problem does not block the others, and
/// its failures alone never open the circuit. Pure: the time is a parameter. One thread.
class http_circuit {
public:
    using clock = std::chrono::steady_clock;
    using milliseconds = std::chrono::milliseconds;

    /// The rest of the pause; 0: send.
    milliseconds pause(clock::time_point now) const;
    /// The number of different events that have failed since the last success.
    std::size_t failing() const { return failing_.size(); }

    void failed(std::uint64_t sequence, milliseconds retry_after, clock::time_point now);
    void worked();

private:
    std::vector<std::uint64_t> failing_; // bounded
    unsigned pauses_ = 0;
    clock::time_point until_;
};

} // namespace hookd::sinks
