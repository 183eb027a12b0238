// SPDX-License-Identifier: MIT
#include "cli/terminal_text.hpp"

#include "cli/wrap_text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <unistd.h>
#include <utility>

namespace hookd::cli {

namespace {

constexpr std::size_t usual_columns = 80;
constexpr std::size_t narrowest = 40;

struct range {
    char32_t first;
    char32_t last;
};

// East Asian wide characters and emoji; and characters without a width. Approximate: a column too many or too few does
// no harm.
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

/// For each color; the first one resets them.
constexpr std::array<std::string_view, 5> codes{"\x1b[0m", "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[2m"};

template <std::size_t Count>
bool holds(const std::array<range, Count>& all, char32_t code) {
    return std::ranges::any_of(all, [&](const range& each) { return code >= each.first && code <= each.last; });
}

struct piece {
    std::string shown;
    std::size_t columns;
};

piece show(std::string_view bytes, const character& what) {
    if (!what.valid || steers_terminal(what.code)) {
        auto shown = escape_of(what);
        const auto columns = shown.size();
        return {std::move(shown), columns};
    }
    return {std::string{bytes}, holds(without_place, what.code) ? 0U : holds(wide, what.code) ? 2U : 1U};
}

std::size_t width_of(std::string_view shown) {
    std::size_t columns = 0;
    while (!shown.empty()) {
        const auto next = first_character(shown);
        columns += show(shown.substr(0, next.bytes), next).columns;
        shown.remove_prefix(next.bytes);
    }
    return columns;
}

} // namespace

std::string escaped(std::string_view text, std::size_t columns) {
    std::string shown;
    std::size_t used = 0;
    std::size_t fits = 0; // bytes of `shown` that leave room for the ellipsis
    while (!text.empty()) {
        const auto next = first_character(text);
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

std::vector<std::string> escaped_lines(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    std::string line;
    std::size_t used = 0;
    std::string word; // the text after the line's last space
    std::size_t word_columns = 0;
    const auto end_line = [&] {
        if (used == 0) { // a single word that is longer than a line
            lines.push_back(std::exchange(word, {}));
            word_columns = 0;
        } else {
            line.erase(line.find_last_not_of(' ') + 1);
            lines.push_back(std::exchange(line, {}));
            used = 0;
        }
    };
    while (!text.empty()) {
        const auto next = first_character(text);
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

std::string colored(std::string text, color with, bool use_color) {
    if (!use_color || with == color::plain) {
        return text;
    }
    return std::string{codes.at(static_cast<std::size_t>(with))} + text + std::string{codes.front()};
}

std::string_view colour_code_at_front(std::string_view text) {
    const auto* const found = std::ranges::find_if(codes, [&](auto code) { return text.starts_with(code); });
    return found == codes.end() ? std::string_view{} : *found;
}

} // namespace hookd::cli
