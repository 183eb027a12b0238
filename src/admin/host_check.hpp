// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hookd::admin {

/// Whether a request for this host (`name`, `name:port`, `[v6]:port`; empty where it names none) may be answered over
/// TCP. A page of anybody's can have its own name resolve to this machine (DNS rebinding), and read what it asks for
/// then: but the browser says that name. Addresses, names without a dot, names below `localhost` and those
/// in `allowed` are nobody else's.
bool may_ask(std::string_view host, std::span<const std::string> allowed);

} // namespace hookd::admin
