// SPDX-License-Identifier: MIT
#include "admin/host_check.hpp"

#include <hookd/core/address.hpp>
#include <hookd/core/http_message.hpp>

#include <algorithm>

namespace hookd::admin {

namespace {

constexpr std::string_view loopback_name = "localhost"; // RFC 6761 section 6.3: resolved to loopback, with all below it

/// `name.` is `name`, from the root (RFC 1034 section 3.1).
std::string_view without_root(std::string_view name) {
    return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

/// A name without a dot cannot be registered: it belongs to this network, such as a container's.
bool is_local_name(std::string_view name) {
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos || same_field_name(name.substr(dot + 1), loopback_name);
}

} // namespace

bool may_ask(std::string_view host, std::span<const std::string> allowed) {
    if (host.empty()) {
        return true; // every browser names it: none speaks HTTP/1.0
    }
    const auto parts = split_authority(host);
    if (!parts || (parts->port.size() > 1 && !parse_port(parts->port.substr(1)))) {
        return false;
    }
    if (ip_address::parse(parts->host)) {
        return true;
    }
    const auto name = without_root(parts->host);
    return is_local_name(name) || std::ranges::any_of(allowed, [&](const std::string& each) {
               return same_field_name(name, without_root(each));
           });
}

} // namespace hookd::admin
