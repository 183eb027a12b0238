// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hookd::http {

/// Reads along while a client says hello, and finds a hello that is larger than they are: OpenSSL makes room for all
/// that is announced, up to 128 KiB for nine bytes on the wire. A second one may follow where TLS 1.3 has asked for it
/// (RFC 8446 section 4.1.4). Whatever else is wrong with them is OpenSSL's to say.
class client_hello_limit {
public:
    /// With every extension, post-quantum key shares and tickets, hellos have two or three KiB.
    static constexpr std::size_t largest_hello = std::size_t{4} << 10U;

    /// Bytes as they come from the socket. False: a hello is too large, or is cut as nobody cuts it, within its first
    /// four bytes. `no_second`: the client was answered, and not in TLS 1.3; what looks like another may be encrypted.
    bool admits(std::span<const std::uint8_t> bytes, bool no_second);
    /// Nothing is left to watch for.
    bool done() const { return done_; }

private:
    bool look_at_record(bool no_second);
    bool look_at_hello();

    std::array<std::uint8_t, 9> head_{}; // of a record, and of the message that begins in it
    std::size_t have_ = 0;
    std::size_t rest_ = 0; // of the record
    std::size_t left_ = 0; // of the hello, for the records behind this one
    bool had_one_ = false;
    bool done_ = false;
};

} // namespace hookd::http
