// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/sinks/sink.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <vector>

namespace hookd::sinks {

/// For sinks that sync each batch: few syncs under load, and a reader that follows the file notices nothing.
inline constexpr std::chrono::milliseconds gather_for_a_sync{10};

/// The same outcome for every event of the batch.
inline std::vector<outcome> all(const std::vector<delivery>& batch, const outcome& what) {
    return std::vector<outcome>(batch.size(), what);
}

/// Delivers the events one after another, each by `one`. A cancelled coroutine continues to its end, as the interface
/// of sinks demands: `one` checks the cancellation itself.
template <class One>
boost::asio::awaitable<std::vector<outcome>> singly(std::vector<delivery> batch, One one) {
    const bool throws = co_await boost::asio::this_coro::throw_if_cancelled();
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    std::vector<outcome> outcomes;
    outcomes.reserve(batch.size());
    for (const auto& each : batch) {
        outcomes.push_back(co_await one(each));
    }
    co_await boost::asio::this_coro::throw_if_cancelled(throws);
    co_return outcomes;
}

} // namespace hookd::sinks
