// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/address.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/core/settings.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hookd::http {

/// Whose request this is, when `peer` (an address, or `unix`) is a trusted proxy: the entries of X-Forwarded-For, or of
/// Forwarded (RFC 7239), are read from the right, past the trusted proxies, to the first address that is none. What
/// stands further left is whatever the client wrote there. An entry that is no address ends the walk at the proxy that
/// reported it; a Forwarded without any `for` names no client, and X-Forwarded-For counts. Nothing where a Forwarded
/// that counts cannot be taken apart, or where both count and name different clients: then one of them is not the
/// proxy's.
std::optional<std::string> client_behind(const std::string& peer, const std::vector<cidr>& trusted,
                                         std::span<const header_field> fields, forwarded_header which);

} // namespace hookd::http
