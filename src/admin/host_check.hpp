// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hookd::admin {

/// Whether a request for this host (`name`, `name:port`, `[v6]:port`; empty if it has none) is allowed over TCP. Any
/// web page can make its own name resolve to this machine (DNS rebinding) and read the responses; but the browser sends
/// that name. Addresses, names without a dot, names below `localhost` and those in `allowed` cannot belong to such a
/// page.
bool may_ask(std::string_view host, std::span<const std::string> allowed);

} // namespace hookd::admin
