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

/// What requests about events work on: a running daemon, or only a journal. All must outlive the responses.
struct event_context {
    journal::event_search& events;
    wall_clock clock = nullptr;
    /// The current sinks.
    std::function<std::vector<journal::sink_scope>()> sinks;
    /// A repair has changed this sink's events in the journal. Any thread.
    std::function<void(std::string_view sink)> look_again;
    /// What a response says about an error of the journal; a full disk is explained without it.
    std::function<std::string(const journal::storage_error&)> explain;
};

/// Handles a request of docs/admin-api.md that needs no running daemon; any other is 404 or 405. The request must
/// outlive the response.
boost::asio::awaitable<response> answer_about_events(const event_context& of, const request& what);

} // namespace hookd::admin
