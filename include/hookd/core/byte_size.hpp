// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hookd {

/// A number of bytes.
struct byte_size {
    std::uint64_t bytes = 0;

    friend auto operator<=>(byte_size, byte_size) = default;
};

/// `512 B`, `16 KiB`, `1 MiB`: in the largest unit that divides it.
std::string to_text(byte_size size);

/// Parses `1 MiB`, `16KiB`, `4 GiB`, `512 B`, `1000`: a whole number and a binary unit (none: bytes). Decimal units
/// (`kB`, `MB`) are rejected as ambiguous. Nothing on overflow.
std::optional<byte_size> parse_byte_size(std::string_view text);

} // namespace hookd
