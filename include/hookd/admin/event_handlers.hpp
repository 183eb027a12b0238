// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/http_message.hpp>
#include <hookd/core/time.hpp>
#include <hookd/journal/event_search.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::admin {

/// What requests about events work on: a running daemon, or a journal alone. All must outlive the answers.
struct event_context {
    journal::event_search& events;
    wall_clock clock = nullptr;
    /// The sinks in force.
    std::function<std::vector<journal::sink_scope>()> sinks;
    /// Something was changed for this sink behind its sink worker's back. Any thread.
    std::function<void(std::string_view sink)> look_again;
};

/// Answers a request for `/v1/events` or below; docs/admin-api.md is the manual. Both texts must live until the answer
/// is there.
boost::asio::awaitable<response> answer_about_events(const event_context& of, std::string_view method,
                                                     std::string_view target);

} // namespace hookd::admin
