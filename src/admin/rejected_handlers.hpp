// SPDX-License-Identifier: MIT
#pragma once

#include "admin/route.hpp"

namespace hookd::admin {

boost::asio::awaitable<response> list_rejected(const daemon_context& of, const routed_request& what);
boost::asio::awaitable<response> show_rejected(const daemon_context& of, const routed_request& what);

} // namespace hookd::admin
