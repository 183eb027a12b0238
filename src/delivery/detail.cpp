// SPDX-License-Identifier: MIT
#include "delivery/detail.hpp"

#include <hookd/core/text.hpp>

namespace hookd::delivery {

namespace {

constexpr std::size_t longest = 4096;

} // namespace

std::string one_line(std::string_view detail) {
    std::string line{utf8_prefix(detail, longest)};
    for (auto& each : line) {
        if (static_cast<unsigned char>(each) < 0x20U || each == 0x7F) {
            each = ' ';
        }
    }
    return line;
}

} // namespace hookd::delivery
