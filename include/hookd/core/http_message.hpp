// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookd {

/// A header field, name and value as received, without the white space around the value.
struct header_field {
    std::string_view name;
    std::string_view value;
};

/// From whom a request is.
enum class peer_kind : std::uint8_t {
    ip,          ///< Over TCP; or over a Unix socket from a trusted proxy that names a client.
    unix_socket, ///< A process on this machine: the mode of the socket's file has let it in.
};

/// A request that passed the HTTP policy. All views belong to the connection and live until the response is sent.
struct request {
    std::string_view method;
    std::string_view target;              ///< Path and query: printable ASCII, begins with `/`.
    std::span<const header_field> fields; ///< The header's fields; never a trailer's.
    std::string_view client; ///< The client's address without port, after trusted proxies; `unix` on a Unix socket.
    std::string_view body;   ///< Empty until the body has been read.
    /// The host it is for: the authority of an absolute target (RFC 9112 section 3.2.2), or Host. Empty if it has
    /// neither.
    std::string_view host{};
    peer_kind peer = peer_kind::ip;
    /// The user id of the process that opened the connection (SO_PEERCRED); empty if it is not on a Unix socket.
    std::optional<std::uint32_t> user{};
};

/// A field of a response.
struct response_field {
    std::string_view name; ///< Static text.
    std::string value;     ///< The server sends control characters as spaces, so that the value cannot end its line.
};

class body_stream;

/// Why a request was rejected. Static text.
struct rejection {
    std::string_view reason; ///< As in hookd_refusals_total; empty: it was not rejected.
    std::string_view detail; ///< For people, if the reason does not say enough.
};

/// What a handler found out about a request, for records of it. Never sent.
struct request_findings {
    std::string_view endpoint{};   ///< A configured name; empty if the path is of no endpoint.
    std::string_view message_id{}; ///< As received; proves nothing unless the request was authentic.
    rejection rejected{};
};

/// A response. All its views but those of the findings are of static text. One without fields, and without a body made
/// for it, is copied without an allocation.
struct response {
    unsigned status = 0;
    std::string_view body{};              ///< Always empty for 204.
    std::vector<response_field> fields{}; ///< Beside Date, Connection, Content-Type and Content-Length.
    std::string_view content_type = "text/plain; charset=utf-8";
    std::shared_ptr<const std::string> made{}; ///< A body made for this response; sent in place of `body`.
    std::shared_ptr<body_stream> stream{};     ///< In place of a body; see hookd/http/server/body_stream.hpp.
    bool authentic = false; ///< The request was authentic: its connection is never closed in favor of a new one.
    request_findings found{};
};

/// Whether texts of the same length differ at most in the case of ASCII letters.
bool same_but_for_case(std::string_view a, std::string_view b);

/// ASCII case-insensitive equality of field names (RFC 9110 section 5.1).
inline bool same_field_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && same_but_for_case(a, b); // most differ in their length already
}

} // namespace hookd
