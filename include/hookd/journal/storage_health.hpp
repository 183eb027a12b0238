// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/journal/metrics.hpp>

#include <chrono>
#include <cstdint>

namespace hookd::journal {

/// Whether an event would be stored if it came now.
enum class acceptance : std::uint8_t {
    open,
    disk_full,
    over_size, ///< max_size is reached
    busy,      ///< too much is waiting to be stored
    closed,
    failed, ///< until the next start
};

/// The state of the storage. Any thread; nothing waits for the storage's thread.
class storage_health {
public:
    virtual acceptance accepts() const = 0;
    virtual const journal_metrics& metrics() const = 0;
    /// Watchdog thread: for how long the storage's thread has not responded; sends another request.
    virtual std::chrono::milliseconds stalled_for() = 0;

protected:
    ~storage_health() = default;
};

} // namespace hookd::journal
