// SPDX-License-Identifier: MIT
#include "config/expand.hpp"

#include <hookd/config/wording.hpp>

#include <algorithm>
#include <cstdlib>

namespace hookd::config {

bool is_variable_name(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !text.empty() && (text.front() < '0' || text.front() > '9') && std::ranges::all_of(text, allowed);
}

result<std::string> expand(std::string_view text) {
    std::string out;
    while (true) {
        const auto open = text.find("${");
        if (open == std::string_view::npos) {
            out.append(text);
            return out; // moved, not copied: it may be a secret, which the caller wipes
        }
        const auto close = text.find('}', open);
        const std::string name{text.substr(open + 2, close == std::string_view::npos ? 0 : close - open - 2)};
        out.append(text.substr(0, open));
        if (!is_variable_name(name)) {
            out += "${";
            text.remove_prefix(open + 2);
            continue;
        }
        const char* const value = std::getenv(name.c_str());
        if (value == nullptr) {
            return std::unexpected{error{"environment variable " + (name.size() > 60 ? quoted(name) : name) +
                                         " is not set; set it (for a variable of the shell itself write $NAME, "
                                         "without braces)"}};
        }
        out += value;
        text.remove_prefix(close + 1);
    }
}

} // namespace hookd::config
