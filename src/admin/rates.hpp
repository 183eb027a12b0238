// SPDX-License-Identifier: MIT
#pragma once

#include "admin/route.hpp"

#include <hookd/core/mutex.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace hookd::admin {

/// What has happened in each 5 seconds of the last hour, and in each minute of the last day, since the start. Any
/// thread.
class rates {
public:
    using clock = std::chrono::steady_clock;

    enum class kind : std::uint8_t { accepted, duplicate, delivered, failed, rejected };
    /// How often it has happened since the start, by endpoint, sink or reason. A number that is lower than before began
    /// again at 0.
    using counts = std::map<std::pair<kind, std::string>, std::uint64_t>;
    static counts count(const context& what);

    /// To be called more often than every 5 s.
    void sample(const counts& now, clock::time_point at);

    struct slot {
        std::uint64_t accepted = 0;
        std::uint64_t duplicate = 0;
        std::uint64_t delivered = 0;
        std::uint64_t failed = 0;                      ///< Attempts.
        std::map<std::string, std::uint64_t> rejected; ///< By reason.
    };
    struct series {
        std::chrono::seconds every{};
        std::deque<slot> slots; ///< Oldest first; the last one is not over yet.
    };
    std::array<series, 2> all() const;

private:
    struct ring : series {
        std::size_t most = 0;
        std::int64_t number = 0; ///< Of the last one.
    };

    mutable mutex mutex_;
    std::array<ring, 2> rings_ HOOKD_GUARDED_BY(mutex_){ring{{std::chrono::seconds{5}, {}}, 720, 0},
                                                        ring{{std::chrono::minutes{1}, {}}, 1440, 0}};
    counts last_ HOOKD_GUARDED_BY(mutex_); // also of what is gone: it may come back with its count
};

boost::asio::awaitable<response> show_rates(const daemon_context& of, const routed_request& what);

} // namespace hookd::admin
