// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace hookd::http {

/// The parts of an absolute `http` or `https` URL (RFC 3986), for a client.
struct url {
    bool tls = false;
    std::string host;       ///< A name or a numeric address; an IPv6 address without its brackets.
    std::uint16_t port = 0; ///< The scheme's default if the URL has none.
    std::string target;     ///< Path and query: printable ASCII that begins with `/`.

    /// The value of the Host field (RFC 9110 section 7.2): without the port if it is the scheme's default.
    std::string authority() const;

    bool operator==(const url&) const = default;
};

/// Parses a URL and drops a fragment. Errors: other schemes, a user or password (which the process list would show),
/// names and targets that are not ASCII. The error never quotes the text, because it may contain a password.
result<url> parse_url(std::string_view text);

} // namespace hookd::http
