#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hookd {

/// One header field, name and value as they came, without the white space around the value.
struct header_field {
    std::string_view name;
    std::string_view value;
};

/// A request that passed the HTTP policy. All views belong to the connection and live until its answer has left.
struct request {
    std::string_view method;
    std::string_view target;              ///< Origin form, printable ASCII, begins with `/`.
    std::span<const header_field> fields; ///< The header's fields; never a trailer's.
    std::string_view client; ///< The client's address without port, after trusted proxies; `unix` on a Unix socket.
    std::string_view body;   ///< Empty until the body has been read.
};

/// An answer: everything in it is static text, so that nothing foreign can reach a header.
struct answer {
    unsigned status = 0;
    std::string_view body;       ///< Sent as text/plain; always empty for 204.
    std::string_view field_name; ///< One field beside the usual ones (`Allow`, `Retry-After`); empty: none.
    std::string_view field_value;
};

/// ASCII case-insensitive equality of field names (RFC 9110 section 5.1).
bool same_field_name(std::string_view a, std::string_view b);

} // namespace hookd
