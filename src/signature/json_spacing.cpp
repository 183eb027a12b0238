// SPDX-License-Identifier: MIT
#include "signature/json_spacing.hpp"

namespace hookd::signature {

namespace {

/// Distinguishes structure from the content of strings, character by character.
class string_tracker {
public:
    /// Whether the next character belongs to a string, including its quotes.
    bool in_string(char c) {
        if (!inside_) {
            inside_ = c == '"';
            return inside_;
        }
        if (escaped_) {
            escaped_ = false;
        } else if (c == '\\') {
            escaped_ = true;
        } else {
            inside_ = c != '"';
        }
        return true;
    }

private:
    bool inside_ = false;
    bool escaped_ = false;
};

bool is_white_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

} // namespace

std::string respace(std::string_view json, std::string_view behind_comma, std::string_view behind_colon) {
    std::string out;
    out.reserve(json.size());
    string_tracker strings;
    for (const char c : json) {
        const bool quoted = strings.in_string(c);
        if (quoted || !is_white_space(c)) {
            out += c;
        }
        if (!quoted && (c == ',' || c == ':')) {
            out += c == ',' ? behind_comma : behind_colon;
        }
    }
    return out;
}

} // namespace hookd::signature
