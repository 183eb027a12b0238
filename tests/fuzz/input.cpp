// SPDX-License-Identifier: MIT
#include "fuzz/input.hpp"

#include <algorithm>

namespace hookd::fuzz {

unsigned char input::byte() {
    if (rest_.empty()) {
        return 0;
    }
    const auto first = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return first;
}

std::string_view input::line() {
    const auto taken = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), taken.size() + 1));
    return taken;
}

} // namespace hookd::fuzz
