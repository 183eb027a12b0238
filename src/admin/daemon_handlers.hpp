// SPDX-License-Identifier: MIT
#pragma once

#include "admin/route.hpp"

namespace hookd::admin {

boost::asio::awaitable<response> show_health(const daemon_context& of, const routed_request& what);
boost::asio::awaitable<response> show_readiness(const daemon_context& of, const routed_request& what);
boost::asio::awaitable<response> show_metrics(const daemon_context& of, const routed_request& what);
boost::asio::awaitable<response> show_status(const daemon_context& of, const routed_request& what);
boost::asio::awaitable<response> reload(const daemon_context& of, const routed_request& what);

} // namespace hookd::admin
