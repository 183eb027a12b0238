// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace hookd {

/// The text without the characters of `white_space` at both ends. The default is HTTP's optional white space (RFC 9110
/// section 5.6.3).
constexpr std::string_view trimmed(std::string_view text, std::string_view white_space = " \t") {
    const auto first = text.find_first_not_of(white_space);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

/// Takes the first element off a comma-separated list (RFC 9110 section 5.6.1), without the white space around it; it
/// may be empty. The list must not be.
constexpr std::string_view take_element(std::string_view& list) {
    const auto comma = list.find(',');
    const auto element = trimmed(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    return element;
}

/// Whether it is a line like in OpenSSH's `.pub` files (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
constexpr bool is_ssh_public_key(std::string_view text) {
    return text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-") || text.starts_with("sk-");
}

/// The first `most` bytes of UTF-8 text, cut between characters. Other bytes are cut at most three bytes (the last ones
/// of a character) earlier.
constexpr std::string_view utf8_prefix(std::string_view text, std::size_t most) {
    if (text.size() <= most) {
        return text;
    }
    const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; };
    const auto least = most - std::min<std::size_t>(most, 3);
    while (most > least && continues(text[most])) {
        --most;
    }
    return text.substr(0, most);
}

} // namespace hookd
