// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace hookd::sinks {

/// Notices that a server which takes requests fails with every event: behind a proxy a dead application is a 502, and a
/// hung one silence. Then the server is left alone for growing pauses, each ended by one event's try. That try counts
/// as one of its attempts, as always: so an event that is itself the trouble gets out of the others' way, and its
/// failures alone, however many, never open the circuit. Pure: it is given the time. One thread.
class http_circuit {
public:
    using clock = std::chrono::steady_clock;
    using milliseconds = std::chrono::milliseconds;

    /// How much longer to send nothing; 0: send.
    milliseconds pause(clock::time_point now) const;
    /// So many different events have failed since one did not.
    std::size_t failing() const { return failing_.size(); }

    void failed(std::uint64_t sequence, milliseconds retry_after, clock::time_point now);
    void worked();

private:
    std::vector<std::uint64_t> failing_; // bounded
    unsigned pauses_ = 0;
    clock::time_point until_;
};

} // namespace hookd::sinks
