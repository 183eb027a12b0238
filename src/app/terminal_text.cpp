#include "app/terminal_text.hpp"

#include "app/wrap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <unistd.h>
#include <utility>

namespace hookd::app {

namespace {

constexpr std::size_t usual_columns = 80;
constexpr std::size_t narrowest = 40;

struct range {
    std::uint32_t first;
    std::uint32_t last;
};

// East Asian wide characters and pictures; and characters that take no place of their own. Coarse: a column too many
// or too few does no harm.
constexpr std::array<range, 10> wide{{{0x1100, 0x115f},
                                      {0x2e80, 0xa4cf},
                                      {0xac00, 0xd7a3},
                                      {0xf900, 0xfaff},
                                      {0xfe30, 0xfe6f},
                                      {0xff00, 0xff60},
                                      {0xffe0, 0xffe6},
                                      {0x1f300, 0x1f64f},
                                      {0x1f680, 0x1faff},
                                      {0x20000, 0x3fffd}}};
constexpr std::array<range, 4> without_place{{{0x300, 0x36f}, {0x200b, 0x200d}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}}};
/// They reorder, join or end what stands beside them.
constexpr std::array<range, 5> steering{
    {{0x61c, 0x61c}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x206f}, {0xfeff, 0xfeff}}};

template <std::size_t Count>
bool holds(const std::array<range, Count>& all, std::uint32_t point) {
    return std::ranges::any_of(all, [&](const range& each) { return point >= each.first && point <= each.last; });
}

struct character {
    std::size_t bytes = 1;
    std::uint32_t point = 0;
    bool valid = false;
};

/// The character at the beginning (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
character first_of(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80U) {
        return {.bytes = 1, .point = lead, .valid = true};
    }
    const std::size_t bytes = lead >= 0xf0U ? 4 : lead >= 0xe0U ? 3 : 2;
    if (lead < 0xc2U || lead > 0xf4U || text.size() < bytes) {
        return {};
    }
    std::uint32_t point = lead & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0U) != 0x80U) {
            return {};
        }
        point = (point << 6U) | (next & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (point < least.at(bytes) || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
        return {};
    }
    return {.bytes = bytes, .point = point, .valid = true};
}

struct piece {
    std::string shown;
    std::size_t columns;
};

piece show(std::string_view bytes, const character& what) {
    const bool control = what.point < 0x20 || (what.point >= 0x7f && what.point <= 0x9f);
    if (!what.valid || control) {
        const auto code = what.valid ? what.point : static_cast<unsigned char>(bytes.front());
        return {fmt::format("\\x{:02x}", code), 4};
    }
    if (holds(steering, what.point)) {
        return {fmt::format("\\u{:04x}", what.point), 6};
    }
    return {std::string{bytes}, holds(without_place, what.point) ? 0U : holds(wide, what.point) ? 2U : 1U};
}

std::size_t width_of(std::string_view shown) {
    std::size_t columns = 0;
    while (!shown.empty()) {
        const auto next = first_of(shown);
        columns += show(shown.substr(0, next.bytes), next).columns;
        shown.remove_prefix(next.bytes);
    }
    return columns;
}

} // namespace

std::string escaped(std::string_view text) {
    return escaped(text, std::string::npos);
}

std::string escaped(std::string_view text, std::size_t columns) {
    std::string shown;
    std::size_t used = 0;
    std::size_t fits = 0; // bytes of `shown` that leave room for the ellipsis
    while (!text.empty()) {
        const auto next = first_of(text);
        const auto what = show(text.substr(0, next.bytes), next);
        if (what.columns > columns - used) {
            shown.resize(fits);
            return columns > 0 ? shown + "…" : shown;
        }
        used += what.columns;
        shown += what.shown;
        if (used < columns) {
            fits = shown.size();
        }
        text.remove_prefix(next.bytes);
    }
    return shown;
}

std::string escaped_paragraph(std::string_view lines) {
    std::string shown;
    for (auto end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
        shown += escaped(lines.substr(0, end)) + '\n';
        lines.remove_prefix(end + 1);
    }
    return shown + escaped(lines);
}

std::vector<std::string> escaped_lines(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    std::string line;
    std::size_t used = 0;
    std::string word; // what has come behind the line's last space
    std::size_t word_columns = 0;
    const auto end_line = [&] {
        if (used == 0) { // a word alone that is longer than a line
            lines.push_back(std::exchange(word, {}));
            word_columns = 0;
        } else {
            line.erase(line.find_last_not_of(' ') + 1);
            lines.push_back(std::exchange(line, {}));
            used = 0;
        }
    };
    while (!text.empty()) {
        const auto next = first_of(text);
        const auto what = show(text.substr(0, next.bytes), next);
        text.remove_prefix(next.bytes);
        const bool space = what.shown == " ";
        while (!space && used + word_columns > 0 && used + word_columns + what.columns > columns) {
            end_line();
        }
        word += what.shown;
        word_columns += what.columns;
        if (space) {
            line += std::exchange(word, {});
            used += std::exchange(word_columns, 0);
        }
    }
    if (line += word; !line.empty()) {
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string padded(std::string text, std::size_t columns) {
    const auto used = width_of(text);
    text.append(columns - std::min(used, columns), ' ');
    return text;
}

bool output_is_terminal() {
    return isatty(STDOUT_FILENO) == 1;
}

std::size_t output_columns() {
    const auto columns = terminal_width(STDOUT_FILENO);
    return columns > 0 ? std::max(columns, narrowest) : usual_columns;
}

bool output_has_colour() {
    const char* const refused = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    return output_is_terminal() && (refused == nullptr || *refused == '\0') && terminal != nullptr &&
           std::string_view{terminal} != "dumb";
}

std::string coloured(std::string text, hue with, bool colour) {
    static constexpr std::array<const char*, 5> codes{"", "31", "33", "32", "2"};
    if (!colour || with == hue::plain) {
        return text;
    }
    return fmt::format("\x1b[{}m{}\x1b[0m", codes.at(static_cast<std::size_t>(with)), text);
}

} // namespace hookd::app
