// SPDX-License-Identifier: MIT
#include <hookd/core/percent_encoding.hpp>

#include <charconv>

namespace hookd {

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const auto digits = text.substr(i + 1, 2);
        unsigned char byte = 0;
        const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (ec != std::errc{} || end != digits.data() + 2) {
            return std::nullopt;
        }
        decoded += static_cast<char>(byte);
        i += 2;
    }
    return decoded;
}

} // namespace hookd
