#pragma once

#include <string_view>

namespace hookd {

/// The text without the characters of `white_space` at its ends. The default is HTTP's optional white space (RFC 9110
/// section 5.6.3).
constexpr std::string_view trimmed(std::string_view text, std::string_view white_space = " \t") {
    const auto first = text.find_first_not_of(white_space);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

} // namespace hookd
