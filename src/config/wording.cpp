// SPDX-License-Identifier: MIT
#include <hookd/config/wording.hpp>
#include <hookd/core/escape.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace hookd::config {

namespace {

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string without_quotes(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out.append(c == '"' || c == '\\' ? "\\" : "") += c;
    }
    return escaped(out);
}

/// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

} // namespace

std::string quoted(std::string_view text) {
    constexpr std::size_t most = 60;
    std::size_t end = text.size();
    if (end > most) {
        end = most;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            --end;
        }
    }
    return '"' + without_quotes(text.substr(0, end)) + (end < text.size() ? "…\"" : "\"");
}

std::string key_name(std::string_view key) {
    const bool bare =
        !key.empty() && std::ranges::all_of(key, [](char c) { return is_word_character(c) || c == '_' || c == '-'; });
    return bare && key.size() <= 60 ? std::string{key} : quoted(key);
}

std::string path_of(std::string_view parent, std::string_view key) {
    return parent.empty() ? key_name(key) : std::string{parent} + '.' + key_name(key);
}

std::string path_of(std::string_view parent, std::size_t index) {
    return std::string{parent} + '[' + std::to_string(index) + ']';
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
    constexpr std::size_t longest = 64;
    if (word.size() > longest) {
        return std::nullopt;
    }
    std::optional<std::string_view> best;
    std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string_view candidate : known) {
        if (const std::size_t distance = edit_distance(word, candidate); distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
    if (const auto near = nearest(word, known)) {
        return "; did you mean " + quoted(*near) + '?';
    }
    return "; expected one of " + listed(known);
}

std::string listed(std::span<const std::string_view> words) {
    std::string out;
    for (const std::string_view word : words) {
        out += (out.empty() ? "" : ", ") + std::string{word};
    }
    return out;
}

std::string without_secrets(std::string_view text) {
    static constexpr std::array<std::string_view, 2> prefixes{"whsec_", "whsk_"};
    std::string out;
    while (!text.empty()) {
        const auto* const prefix =
            std::ranges::find_if(prefixes, [&](std::string_view start) { return text.starts_with(start); });
        if (prefix == prefixes.end()) {
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        out += *prefix;
        text.remove_prefix(prefix->size());
        const auto end = std::ranges::find_if_not(text, [](char c) {
            return is_word_character(c) || c == '+' || c == '/' || c == '=' || c == '_' || c == '-';
        });
        if (end != text.begin()) {
            out += "<secret>";
            text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
        }
    }
    return out;
}

} // namespace hookd::config
