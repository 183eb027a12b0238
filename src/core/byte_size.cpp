// SPDX-License-Identifier: MIT

#include <hookd/core/byte_size.hpp>
#include <hookd/core/number.hpp>

#include <array>
#include <limits>

namespace hookd {

namespace {

struct unit {
    std::string_view name;
    unsigned shift;
};

constexpr std::array<unit, 5> units{{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}, {"B", 0}}};

} // namespace

std::string to_text(byte_size size) {
    for (const auto& [name, shift] : units) {
        const std::uint64_t one = std::uint64_t{1} << shift;
        if (shift == 0 || (size.bytes >= one && size.bytes % one == 0)) {
            return std::to_string(size.bytes >> shift) + ' ' + std::string{name};
        }
    }
    return {};
}

std::optional<byte_size> parse_byte_size(std::string_view text) {
    const auto number = take_number(text);
    if (!number) {
        return std::nullopt;
    }
    if (text.empty()) {
        return byte_size{*number};
    }
    if (text.front() == ' ') {
        text.remove_prefix(1);
    }
    for (const auto& [name, shift] : units) {
        if (text == name && *number <= std::numeric_limits<std::uint64_t>::max() >> shift) {
            return byte_size{*number << shift};
        }
    }
    return std::nullopt;
}

} // namespace hookd
