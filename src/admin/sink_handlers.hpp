// SPDX-License-Identifier: MIT
#pragma once

#include "admin/route.hpp"

namespace hookd::admin {

boost::asio::awaitable<response> list_sinks(const daemon_context& of, const routed_request& what);
boost::asio::awaitable<response> show_sink(const daemon_context& of, const routed_request& what);

// Durably first, then the sink worker.
boost::asio::awaitable<response> pause_sink(const daemon_context& of, const routed_request& what);
boost::asio::awaitable<response> resume_sink(const daemon_context& of, const routed_request& what);

// Of a sink that is not configured.
boost::asio::awaitable<response> forget_sink(const daemon_context& of, const routed_request& what);
boost::asio::awaitable<response> rename_sink(const daemon_context& of, const routed_request& what);

} // namespace hookd::admin
