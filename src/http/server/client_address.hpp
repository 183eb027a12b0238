// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/address.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/http/server/settings.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hookd::http {

/// The client's address if `peer` (an address, or `unix`) is a trusted proxy: the entries of X-Forwarded-For, or of
/// Forwarded (RFC 7239), are read from the right, past the trusted proxies, to the first other address. Entries further
/// left may be written by the client. An entry that is not an address ends the search at the proxy that reported it; a
/// Forwarded without any `for` names no client, and X-Forwarded-For counts. Nothing if a Forwarded that counts cannot
/// be parsed, or if both count and name different clients: then one of them is not from the proxy.
std::optional<std::string> client_behind(const std::string& peer, const std::vector<cidr>& trusted,
                                         std::span<const header_field> fields, forwarded_header which);

} // namespace hookd::http
