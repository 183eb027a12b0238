// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hookd::http {

/// The header with which a proxy names its client at the beginning of a connection: the PROXY protocol, versions 1 and
/// 2 (HAProxy's proxy-protocol.txt).
struct proxy_header {
    enum class progress : std::uint8_t {
        incomplete, ///< every byte so far belongs to the header
        complete,
        refused,
    };

    progress reached = progress::incomplete;
    std::size_t length = 0;           ///< Of a complete header; the client's data follows.
    std::optional<ip_address> source; ///< Nothing if the header names no address that a TCP client can have.
    std::string_view error;           ///< Why it is rejected: static text.
};

/// The maximum; what a proxy adds to the addresses (TLVs) rarely needs a tenth of it.
constexpr std::size_t longest_proxy_header = 16 + 4096;

/// Parses the header at the beginning of `bytes`. The TLVs are ignored.
proxy_header parse_proxy_header(std::string_view bytes);

} // namespace hookd::http
