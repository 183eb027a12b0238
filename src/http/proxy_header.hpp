// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hookd::http {

/// What a proxy says about its client before any other byte of a connection: the PROXY protocol, versions 1 and 2
/// (HAProxy's proxy-protocol.txt).
struct proxy_header {
    enum class progress : std::uint8_t {
        incomplete, ///< every byte so far belongs to the header
        complete,
        refused,
    };

    progress reached = progress::incomplete;
    std::size_t length = 0;           ///< Of a complete header; what follows is the client's.
    std::optional<ip_address> source; ///< Nothing: the header names no address that a TCP client can have.
    std::string_view error;           ///< Why it is refused: static text.
};

/// A longer header is refused; what a proxy adds to the addresses (its TLVs) rarely takes a tenth of it.
constexpr std::size_t longest_proxy_header = 16 + 4096;

/// Reads the header at the beginning of `bytes`. No byte of the TLVs is looked at.
proxy_header parse_proxy_header(std::string_view bytes);

} // namespace hookd::http
