// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/sink_filters.hpp>
#include <hookd/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hookd::journal {

/// The delivery state of an event in a sink; docs/journal.md says what is on disk for each.
enum class delivery_state : std::uint8_t {
    waiting,     ///< The sink has not reached it.
    in_flight,   ///< It is being delivered now.
    retrying,    ///< It failed, or was replayed, and waits for its next attempt.
    delivered,   ///< The sink has it.
    dead,        ///< A dead letter.
    dropped,     ///< An operator dropped it.
    filtered,    ///< The filters that held when the sink came to it did not match it.
    before_sink, ///< It was stored before the sink's first definition.
    orphaned,    ///< Not delivered, and its sink is in no configuration.
};

/// A sink that is asked about or opened, and what events it asks for.
struct sink_scope {
    std::string name;
    sink_filters filters{};
    std::vector<std::uint64_t> in_flight{}; ///< Sequence numbers of what it is delivering; only for queries.
};

enum class attempt_outcome : std::uint8_t {
    delivered,
    failed,   ///< To be retried, unless it was the last attempt.
    rejected, ///< Permanently.
};

/// One try to deliver an event. The journal keeps the attempts of what did not succeed at once.
struct attempt {
    unsigned number = 0; ///< Counted from 1 for each event and sink, replays included; given by the journal.
    unix_millis start{};
    std::chrono::milliseconds took{};
    attempt_outcome outcome{};
    std::optional<int> code{}; ///< Exit code or HTTP status.
    std::string detail{};      ///< At most 512 bytes.
};

/// Attempts of one event and sink that are kept, the latest.
inline constexpr std::size_t most_attempts = 64;

/// A sink that is in the journal, but in no configuration.
struct orphaned_sink {
    std::string name;
    std::uint64_t dead = 0;
    std::uint64_t waiting = 0; ///< For a retry, or not reached.
    bool more = false;         ///< Only the first few thousand of those that it has not reached were counted.
    friend bool operator==(const orphaned_sink&, const orphaned_sink&) = default;
};

} // namespace hookd::journal
