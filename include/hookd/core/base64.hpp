// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Canonical base64 (RFC 4648 section 4), one text for each byte string: complete padding, unused bits zero (section
/// 3.5), no line breaks. OpenSSL's decoder accepts white space and unused bits that are set, which would give the same
/// signature or secret many spellings.
namespace hookd::base64 {

constexpr std::size_t encoded_size(std::size_t bytes) {
    return (bytes + 2) / 3 * 4;
}

/// Writes encoded_size(bytes.size()) characters. Neither branches nor memory addresses depend on the bytes, which may
/// be a message authentication code that must stay secret.
void encode(std::span<const std::byte> bytes, char* out);
/// The same as a string of its own.
std::string encoded(std::span<const std::byte> bytes);

/// The decoded size in bytes, from the length and the padding alone; nothing if those are wrong.
std::optional<std::size_t> decoded_size(std::string_view text);

/// Fills `out`, whose size must be decoded_size(text). False if the text is not canonical; `out` is then undefined.
bool decode(std::string_view text, std::span<std::byte> out);

} // namespace hookd::base64
