// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/sinks/sink.hpp>

#include <memory>

namespace hookd::sinks {

/// POSTs each event to a server, over connections that are kept for the next: at most one for each delivery that is
/// under way at a time. The name is looked up when the first event comes, and
/// again once no connection could be made. A server that fails event after event is left alone for a while.
std::unique_ptr<sink> build_http_sink(const sink_settings& settings, boost::asio::io_context& worker);

} // namespace hookd::sinks
