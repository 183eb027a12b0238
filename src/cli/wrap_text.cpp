// SPDX-License-Identifier: MIT
#include "cli/wrap_text.hpp"

#include <algorithm>
#include <sys/ioctl.h>
#include <unistd.h>

namespace hookd::cli {

std::string wrapped(std::string_view paragraph, std::size_t width) {
    constexpr std::string_view indent = "  ";
    std::string text;
    std::size_t used = 0;
    while (!paragraph.empty()) {
        const auto word = paragraph.substr(0, paragraph.find(' '));
        paragraph.remove_prefix(std::min(word.size() + 1, paragraph.size()));
        if (used > 0 && width > 0 && used + 1 + word.size() > width) {
            text.append("\n").append(indent);
            used = indent.size();
        } else if (used > 0) {
            text += ' ';
            ++used;
        }
        text += word;
        used += word.size();
    }
    return text + '\n';
}

std::size_t terminal_width(int descriptor) {
    constexpr std::size_t usual = 80;
    if (isatty(descriptor) != 1) {
        return 0;
    }
    winsize size{};
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

} // namespace hookd::cli
