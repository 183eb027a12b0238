// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace hookd::http {

/// An absolute `http` or `https` URL (RFC 3986), taken apart for a client.
struct url {
    bool tls = false;
    std::string host;       ///< A name or a numeric address; an IPv6 address without its brackets.
    std::uint16_t port = 0; ///< The scheme's own where the URL names none.
    std::string target;     ///< Path and query: printable ASCII that begins with `/`.

    /// What the Host field says (RFC 9110 section 7.2): without the port where it is the scheme's own.
    std::string authority() const;

    bool operator==(const url&) const = default;
};

/// A fragment is dropped. Refused, saying why: other schemes, a user or password (it would stand in the process list),
/// names and targets that are not ASCII. The error never quotes the text, since a password may be in it.
result<url> parse_url(std::string_view text);

} // namespace hookd::http
