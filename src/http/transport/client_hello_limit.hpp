// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hookd::http {

/// Follows a client's ClientHello and finds one that is larger than usual: OpenSSL allocates all that is announced, up
/// to 128 KiB for nine bytes on the wire. A second one may follow if TLS 1.3 has requested it (RFC 8446 section 4.1.4).
/// All other errors are left to OpenSSL.
class client_hello_limit {
public:
    /// With all extensions, post-quantum key shares and tickets, a ClientHello has two or three KiB.
    static constexpr std::size_t largest_hello = std::size_t{4} << 10U;

    /// Bytes as received from the socket. False if a ClientHello is too large, or is split within its first four bytes,
    /// which no client does. `no_second`: the server has responded, and not in TLS 1.3; what looks like another
    /// ClientHello may be encrypted data.
    bool admits(std::span<const std::uint8_t> bytes, bool no_second);
    /// Nothing more to check.
    bool done() const { return done_; }

private:
    bool look_at_record(bool no_second);
    bool look_at_hello();

    std::array<std::uint8_t, 9> head_{}; // the header of a record and of the message that begins in it
    std::size_t have_ = 0;
    std::size_t rest_ = 0; // left of the record
    std::size_t left_ = 0; // left of the ClientHello, for the records after this one
    bool had_one_ = false;
    bool done_ = false;
};

} // namespace hookd::http
