// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hookd::http {

/// Finds the end of a request's header byte by byte, so that the result never depends on how the bytes were split into
/// packets. It is stricter than most parsers: lines end in CRLF only (RFC 9112 section 2.2 allows a bare LF, but
/// accepting it makes parsers disagree), no line folding (section 5.2) and no control characters (RFC 9110
/// section 5.5).
class head_scanner {
public:
    enum class found : std::uint8_t { nothing_yet, end, malformed };

    /// Scans the next bytes; after `end` or `malformed` only `reset` is allowed.
    found feed(std::string_view bytes);
    /// The number of bytes up to and including the empty line that ends the header.
    std::size_t length() const { return length_; }
    void reset() { *this = head_scanner{}; }

private:
    enum class state : std::uint8_t { line_begin, line, carriage_return, last_carriage_return };

    state state_ = state::line_begin;
    std::size_t length_ = 0;
    bool any_line_ = false;
};

} // namespace hookd::http
