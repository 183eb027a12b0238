// SPDX-License-Identifier: MIT
#include <hookd/core/escape.hpp>

#include <algorithm>
#include <array>

namespace hookd {

namespace {

struct range {
    char32_t first;
    char32_t last;
};

constexpr std::array<range, 7> steering{{{0x00, 0x1f},
                                         {0x7f, 0x9f},
                                         {0x61c, 0x61c},
                                         {0x200e, 0x200f},
                                         {0x2028, 0x202e},
                                         {0x2066, 0x206f},
                                         {0xfeff, 0xfeff}}};

void append_escape(std::string& to, std::string_view lead, char32_t code, unsigned digits) {
    to += lead;
    while (digits > 0) {
        to += "0123456789abcdef"[(code >> (4U * --digits)) & 0xfU];
    }
}

/// Nearly all text consists of such bytes.
bool is_plain(char byte) {
    return byte >= 0x20 && byte < 0x7f;
}

/// Whether any byte begins a character of `steering` above the C0 controls. Without an early return the compiler can
/// vectorize it.
bool may_steer(std::string_view text) {
    bool any = false;
    for (const char each : text) {
        const auto byte = static_cast<unsigned char>(each);
        any |= byte == 0x7f || byte == 0xc2 || byte == 0xd8 || byte == 0xe2 || byte == 0xef;
    }
    return any;
}

/// The rest of `text` after the plain bytes at its beginning.
std::string_view behind_plain(std::string_view text) {
    return text.substr(static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin()));
}

/// Appends `text` to `to`; each character that is not plain ASCII goes through `replace`.
template <class Replace>
void append_replaced(std::string& to, std::string_view text, const Replace& replace) {
    while (!text.empty()) {
        const auto rest = behind_plain(text);
        to += text.substr(0, text.size() - rest.size());
        text = rest;
        if (!text.empty()) {
            const auto next = first_character(text);
            replace(next, text.substr(0, next.bytes));
            text.remove_prefix(next.bytes);
        }
    }
}

} // namespace

character first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80U) {
        return {.bytes = 1, .code = lead, .valid = true};
    }
    const character none{.bytes = 1, .code = lead, .valid = false};
    const std::size_t bytes = lead >= 0xf0U ? 4 : lead >= 0xe0U ? 3 : 2;
    if (lead < 0xc2U || lead > 0xf4U || text.size() < bytes) {
        return none;
    }
    char32_t code = lead & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0U) != 0x80U) {
            return none;
        }
        code = (code << 6U) | (next & 0x3fU);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (code < least.at(bytes) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        return none;
    }
    return {.bytes = bytes, .code = code, .valid = true};
}

bool steers_terminal(char32_t code) {
    return std::ranges::any_of(steering, [&](const range& each) { return code >= each.first && code <= each.last; });
}

std::string escape_of(const character& what) {
    std::string shown;
    if (what.code <= 0xff) {
        append_escape(shown, "\\x", what.code, 2);
    } else {
        append_escape(shown, "\\u", what.code, 4);
    }
    return shown;
}

std::string escaped(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    append_replaced(shown, text, [&](const character& next, std::string_view bytes) {
        if (next.valid && !steers_terminal(next.code)) {
            shown += bytes;
        } else {
            shown += escape_of(next);
        }
    });
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

bool splits_lines(char32_t code) {
    return code == 0x85 || code == 0x2028 || code == 0x2029;
}

void append_escaped_json(std::string& to, std::string_view json, bool (&which)(char32_t)) {
    if (!may_steer(json)) { // nearly always, and many times faster
        to += json;
        return;
    }
    append_replaced(to, json, [&](const character& next, std::string_view bytes) {
        if (next.valid && next.code > ' ' && which(next.code)) {
            append_escape(to, "\\u", next.code, 4); // none of them is above U+FFFF
        } else {
            to += bytes;
        }
    });
}

} // namespace hookd
