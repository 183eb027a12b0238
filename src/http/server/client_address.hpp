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

/// A peer in log lines: its address, or `unix` for one on a Unix socket, which has none.
std::string name_of(const std::optional<ip_address>& peer);

/// Replaces the address of a trusted proxy (nothing if it is on a Unix socket) with that of the client that it names:
/// the entries of X-Forwarded-For, or of Forwarded (RFC 7239), are read from the right, past the trusted proxies, to
/// the first other address. Entries further left may be written by the client. An entry that is not an address ends the
/// search at the proxy that reported it; a Forwarded without any `for` names no client, and X-Forwarded-For counts.
/// False, and nothing is changed, if a Forwarded that counts cannot be parsed, or if both count and name different
/// clients: then one of them is not from the proxy.
[[nodiscard]] bool find_client_behind(std::optional<ip_address>& proxy, const std::vector<cidr>& trusted,
                                      std::span<const header_field> fields, forwarded_header which);

} // namespace hookd::http
