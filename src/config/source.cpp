// SPDX-License-Identifier: MIT
#include "config/source.hpp"

#include <algorithm>

namespace hookd::config {

source::source(std::string_view text) : text_(text), lines_{0} {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') {
            lines_.push_back(i + 1);
        }
    }
}

place source::at(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    const auto next = std::ranges::upper_bound(lines_, offset);
    const auto line = static_cast<std::size_t>(next - lines_.begin());
    return {line, offset - lines_[line - 1] + 1};
}

place source::at_code_point(std::size_t line, std::size_t column) const {
    if (line == 0 || line > lines_.size()) {
        return {};
    }
    std::size_t offset = lines_[line - 1];
    while (column > 1 && offset < text_.size()) {
        ++offset;
        while (offset < text_.size() && (static_cast<unsigned char>(text_[offset]) & 0xC0U) == 0x80U) {
            ++offset;
        }
        --column;
    }
    return {line, offset - lines_[line - 1] + 1};
}

} // namespace hookd::config
