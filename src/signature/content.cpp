// SPDX-License-Identifier: MIT
#include "signature/content.hpp"

#include <algorithm>
#include <cstdint>

namespace hookd::signature {

void content::join(std::string& buffer) const {
    buffer.clear();
    buffer.reserve(id.size() + timestamp.size() + body.size() + 2);
    buffer.append(id).append(1, '.').append(timestamp).append(1, '.').append(body);
}

bool is_message_id(std::string_view text) {
    return !text.empty() && text.size() <= longest_id &&
           std::ranges::all_of(text, [](char c) { return c >= 0x21 && c <= 0x7e && c != '.'; });
}

std::optional<unix_seconds> parse_timestamp(std::string_view text) {
    if (text.empty() || text.size() > 18 || (text.front() == '0' && text.size() > 1)) {
        return std::nullopt;
    }
    std::int64_t value = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9') {
            return std::nullopt;
        }
        value = value * 10 + (digit - '0');
    }
    return unix_seconds{std::chrono::seconds{value}};
}

} // namespace hookd::signature
