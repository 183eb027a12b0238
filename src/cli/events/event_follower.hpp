// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_end.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace hookd::cli {

/// A message of the daemon's stream of events (docs/admin-api.md).
struct stream_message {
    bool is_event = false; ///< False: a delivery has changed.
    nlohmann::ordered_json what;
};

/// Follows the daemon's events, also when it ends and comes back.
class event_follower {
public:
    using clock = std::chrono::steady_clock;
    /// False: that was the last that is wanted.
    using taker = std::function<bool(const stream_message& what)>;

    /// Events behind `from` that the query selects.
    event_follower(std::string socket, std::string query, std::uint64_t from)
        : socket_{std::move(socket)}, query_{std::move(query)}, position_{from} {}

    /// Blocking. True: the taker has ended it. False: the deadline has passed. `lost` is called when the daemon is
    /// gone, once each time, with the reason. An error: the daemon rejects the query.
    command_result<bool> follow(std::optional<clock::time_point> deadline, const taker& take,
                                const std::function<void(const std::string& why)>& lost);

private:
    bool take_piece(std::string_view piece, const taker& take);
    bool take_line(const taker& take);
    void dispatch(const taker& take);
    void forget_unfinished();

    std::string socket_;
    std::string query_;
    std::uint64_t position_;
    std::string line_;
    std::string kind_;
    std::string data_;
    std::uint64_t id_ = 0;
    bool ended_ = false;
    bool understood_ = true;
};

} // namespace hookd::cli
