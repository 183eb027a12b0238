// SPDX-License-Identifier: MIT
#include "config/document.hpp"

namespace hookd::config {

std::optional<node> parse_document(std::string_view text, syntax in, diagnostics& found) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    if (text.size() > largest_document) {
        found.error({}, "", "larger than 1 MiB; a configuration has a few KiB of text");
        return std::nullopt;
    }
    const source from{text};
    // nlohmann's lexer treats a NUL as the end and would ignore the rest.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
        found.error(from.at(nul), "", "contains a NUL byte; a configuration is UTF-8 text");
        return std::nullopt;
    }
    return in == syntax::json ? parse_json(from, found) : parse_toml(from, found);
}

} // namespace hookd::config
