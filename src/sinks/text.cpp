// SPDX-License-Identifier: MIT
#include "sinks/text.hpp"

#include <hookd/core/escape.hpp>

#include <algorithm>

namespace hookd::sinks {

std::string printable(std::string_view bytes) {
    std::string text{bytes};
    std::ranges::replace(text, '\t', ' ');
    return escaped(text);
}

} // namespace hookd::sinks
