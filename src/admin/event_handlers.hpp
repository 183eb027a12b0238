// SPDX-License-Identifier: MIT
#pragma once

#include "admin/route.hpp"

namespace hookd::admin {

boost::asio::awaitable<response> list_events(const event_context& of, const routed_request& what);
boost::asio::awaitable<response> count_events(const event_context& of, const routed_request& what);
boost::asio::awaitable<response> show_event(const event_context& of, const routed_request& what);
boost::asio::awaitable<response> show_event_body(const event_context& of, const routed_request& what);
boost::asio::awaitable<response> replay_events(const event_context& of, const routed_request& what);
boost::asio::awaitable<response> drop_events(const event_context& of, const routed_request& what);
boost::asio::awaitable<response> delete_events(const event_context& of, const routed_request& what);

} // namespace hookd::admin
