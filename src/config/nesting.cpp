// SPDX-License-Identifier: MIT
#include "config/document.hpp"

namespace hookd::config {

namespace {

/// The offset after the string that begins at `at` with a quote; the end of the text if it is not closed.
std::size_t skip_string(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const std::string_view triple = quote == '"' ? R"(""")" : "'''";
    const bool multi_line = text.substr(at).starts_with(triple);
    at += multi_line ? 3 : 1;
    while (at < text.size()) {
        if (text[at] == '\\' && quote == '"') {
            at += 2;
        } else if (multi_line && text.substr(at).starts_with(triple)) {
            at += 3;
            // The content may end in up to two quotes, before the closing three.
            for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more) {
                ++at;
            }
            return at;
        } else if (!multi_line && (text[at] == quote || text[at] == '\n')) {
            return at + 1;
        } else {
            ++at;
        }
    }
    return text.size();
}

} // namespace

std::optional<std::size_t> find_deep_nesting(std::string_view toml) {
    std::size_t depth = 0;
    std::size_t parts = 1;
    for (std::size_t at = 0; at < toml.size();) {
        switch (toml[at]) {
        case '"':
        case '\'':
            at = skip_string(toml, at);
            continue;
        case '#':
            at = std::min(toml.find('\n', at), toml.size());
            continue;
        case '[':
        case '{':
            ++depth;
            parts = 1;
            break;
        case ']':
        case '}':
            depth -= depth > 0 ? 1 : 0;
            parts = 1;
            break;
        case '.':
            ++parts;
            break;
        case '=':
        case ',':
        case '\n':
            parts = 1;
            break;
        default:
            break;
        }
        if (depth > deepest_nesting || parts > most_key_parts) {
            return at;
        }
        ++at;
    }
    return std::nullopt;
}

} // namespace hookd::config
