// SPDX-License-Identifier: MIT
#pragma once

#include "admin/route.hpp"

namespace hookd::admin {

/// The table of routes as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html).
boost::asio::awaitable<response> show_openapi(const daemon_context& of, const routed_request& what);

} // namespace hookd::admin
