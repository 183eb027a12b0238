// SPDX-License-Identifier: MIT
#include <hookd/core/base64.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace hookd::base64 {

namespace {

constexpr int no_value = -1;

/// The character of a six-bit value. `(end - value) >> 8` is all ones once the value has passed that range's end, so
/// each line adds the gap between the alphabet's neighbouring ranges without a branch.
constexpr char to_character(int value) {
    int character = value + 'A';
    character += ((25 - value) >> 8) & ('a' - 'Z' - 1);
    character -= ((51 - value) >> 8) & ('z' - '0' + 1);
    character -= ((61 - value) >> 8) & ('9' - '+' + 1);
    character += ((62 - value) >> 8) & ('/' - '+' - 1);
    return static_cast<char>(character);
}

/// Four characters for three bytes; returns the place of the next ones.
char* encode_group(std::span<const std::byte, 3> bytes, char* out) {
    int group = 0;
    for (const std::byte each : bytes) {
        group = group << 8 | std::to_integer<int>(each);
    }
    for (int shift = 18; shift >= 0; shift -= 6) {
        *out++ = to_character(group >> shift & 63);
    }
    return out;
}

constexpr int to_value(char character) {
    if (character >= 'A' && character <= 'Z') {
        return character - 'A';
    }
    if (character >= 'a' && character <= 'z') {
        return character - 'a' + 26;
    }
    if (character >= '0' && character <= '9') {
        return character - '0' + 52;
    }
    if (character == '+') {
        return 62;
    }
    return character == '/' ? 63 : no_value;
}

} // namespace

void encode(std::span<const std::byte> bytes, char* out) {
    while (bytes.size() >= 3) {
        out = encode_group(bytes.first<3>(), out);
        bytes = bytes.subspan(3);
    }
    if (!bytes.empty()) {
        std::array<std::byte, 3> last{};
        std::ranges::copy(bytes, last.begin());
        out = encode_group(last, out);
        std::fill_n(out - (3 - bytes.size()), 3 - bytes.size(), '=');
    }
}

std::string encoded(std::span<const std::byte> bytes) {
    std::string text(encoded_size(bytes.size()), '\0');
    encode(bytes, text.data());
    return text;
}

std::optional<std::size_t> decoded_size(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    return text.size() / 4 * 3 - padding;
}

bool decode(std::string_view text, std::span<std::byte> out) {
    if (decoded_size(text) != out.size()) {
        return false;
    }
    std::uint32_t bits = 0;
    unsigned held = 0;
    std::size_t written = 0;
    const std::size_t significant = (out.size() * 8 + 5) / 6; // characters before the padding
    for (const char character : text.substr(0, significant)) {
        const int value = to_value(character);
        if (value == no_value) {
            return false;
        }
        bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xffffU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[written++] = static_cast<std::byte>(bits >> held & 0xffU);
        }
    }
    return (bits & ((1U << held) - 1U)) == 0; // the unused bits must be zero
}

} // namespace hookd::base64
