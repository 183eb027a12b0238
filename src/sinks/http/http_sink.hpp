// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/sinks/sink.hpp>

#include <memory>

namespace hookd::sinks {

/// POSTs each event to a server, over persistent connections: at most one for each delivery in flight. The name is
/// resolved with the first event, and again after a connection has failed. If a server fails with event after event,
/// sending pauses.
std::unique_ptr<sink> build_http_sink(const sink_settings& settings, boost::asio::io_context& worker);

} // namespace hookd::sinks
