#include "delivery/detail.hpp"

namespace hookd::delivery {

namespace {

constexpr std::size_t longest = 4096;

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

} // namespace

std::string one_line(std::string_view detail) {
    auto end = detail.size();
    if (end > longest) {
        for (end = longest; end > longest - 4 && continues_character(detail[end]);) {
            --end;
        }
    }
    std::string line{detail.substr(0, end)};
    for (auto& each : line) {
        if (static_cast<unsigned char>(each) < 0x20U || each == 0x7F) {
            each = ' ';
        }
    }
    return line;
}

} // namespace hookd::delivery
