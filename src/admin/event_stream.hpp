// SPDX-License-Identifier: MIT
#pragma once

#include "admin/route.hpp"

namespace hookd::admin {

/// Server-sent events (HTML Living Standard, section 9.2): `event`, whose id is its sequence number, and `delivery`,
/// when a delivery of one of these has changed.
boost::asio::awaitable<response> stream_events(const daemon_context& of, const routed_request& what);

} // namespace hookd::admin
