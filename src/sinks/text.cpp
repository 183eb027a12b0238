#include "sinks/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace hookd::sinks {
namespace {

struct lead {
    unsigned char low; // of the first byte
    unsigned char high;
    unsigned char
        second_low; // of the second byte, which shuts out overlong forms, surrogates and what is past U+10FFFF
    unsigned char second_high;
    std::size_t length;
};

/// Unicode 15, table 3-7.
constexpr std::array<lead, 9> leads{{{0x00, 0x7F, 0, 0, 1},
                                     {0xC2, 0xDF, 0x80, 0xBF, 2},
                                     {0xE0, 0xE0, 0xA0, 0xBF, 3},
                                     {0xE1, 0xEC, 0x80, 0xBF, 3},
                                     {0xED, 0xED, 0x80, 0x9F, 3},
                                     {0xEE, 0xEF, 0x80, 0xBF, 3},
                                     {0xF0, 0xF0, 0x90, 0xBF, 4},
                                     {0xF1, 0xF3, 0x80, 0xBF, 4},
                                     {0xF4, 0xF4, 0x80, 0x8F, 4}}};

unsigned char byte_of(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

bool is_continuation(unsigned char byte) {
    return (byte & 0xC0U) == 0x80U;
}

/// The length of the character at the text's beginning; 0: there is none.
std::size_t character_length(std::string_view text) {
    for (const auto& row : leads) {
        if (byte_of(text, 0) < row.low || byte_of(text, 0) > row.high) {
            continue;
        }
        if (row.length == 1) {
            return 1;
        }
        if (text.size() < row.length || byte_of(text, 1) < row.second_low || byte_of(text, 1) > row.second_high) {
            return 0;
        }
        for (std::size_t i = 2; i < row.length; ++i) {
            if (!is_continuation(byte_of(text, i))) {
                return 0;
            }
        }
        return row.length;
    }
    return 0;
}

/// Cc of Unicode: C0, DEL and C1, for terminals obey the last too.
bool is_control(std::string_view character) {
    const auto first = byte_of(character, 0);
    return first < 0x20 || first == 0x7F || (first == 0xC2 && byte_of(character, 1) < 0xA0);
}

} // namespace

std::string printable(std::string_view bytes) {
    std::string clean;
    clean.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto length = character_length(bytes);
        const auto character = bytes.substr(0, length == 0 ? 1 : length);
        bytes.remove_prefix(character.size());
        if (length == 0) {
            clean += "\xEF\xBF\xBD";
        } else if (character == "\t") {
            clean += ' ';
        } else if (is_control(character)) {
            clean += fmt::format("\\x{:02x}", byte_of(character, length - 1));
        } else {
            clean += character;
        }
    }
    return clean;
}

} // namespace hookd::sinks
