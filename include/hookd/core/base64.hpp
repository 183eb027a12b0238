// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

/// Base64 as RFC 4648 section 4 has it, one text for each byte string: padding complete, unused bits zero (section
/// 3.5), no line breaks. OpenSSL's own decoder lets white space and set bits pass, which would give one signature or
/// secret many spellings.
namespace hookd::base64 {

constexpr std::size_t encoded_size(std::size_t bytes) {
    return (bytes + 2) / 3 * 4;
}

/// Writes encoded_size(bytes.size()) characters. Neither branches nor memory addresses depend on the bytes, which may
/// be a message authentication code nobody must learn.
void encode(std::span<const std::byte> bytes, char* out);

/// What the text decodes to in bytes, judged by its length and padding alone; nothing where those are wrong.
std::optional<std::size_t> decoded_size(std::string_view text);

/// Fills `out`, whose size must be decoded_size(text). False where the text is not canonical; `out` is then undefined.
bool decode(std::string_view text, std::span<std::byte> out);

} // namespace hookd::base64
