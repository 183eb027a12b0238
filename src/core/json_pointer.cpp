// SPDX-License-Identifier: MIT
#include <hookd/core/json_pointer.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/number.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

namespace hookd {

namespace {

constexpr std::string_view white_space = " \t\r\n"; // RFC 8259 section 2

/// Walks along JSON. At the end of the text everything that it takes is empty.
class walk {
public:
    explicit walk(std::string_view text) : rest_(text) {}

    /// The next character after white space, if it is this one.
    bool take(char wanted) {
        skip_space();
        const bool there = rest_.starts_with(wanted);
        rest_.remove_prefix(there ? 1 : 0);
        return there;
    }

    std::string_view take_value() {
        skip_space();
        const auto begin = rest_;
        std::size_t depth = 0;
        do {
            depth = step(depth);
        } while (depth > 0 && !rest_.empty());
        return begin.substr(0, begin.size() - rest_.size());
    }

private:
    void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(white_space), rest_.size())); }

    /// Passes a string, a bracket, or anything up to the next of these. The depth behind it.
    std::size_t step(std::size_t depth) {
        if (rest_.starts_with('"')) {
            skip_string();
            return depth;
        }
        const auto plain = depth == 0 ? rest_.find_first_of(" \t\r\n,:[]{}\"") : rest_.find_first_of("[]{}\"");
        if (plain != 0) {
            rest_.remove_prefix(std::min(plain, rest_.size()));
            return depth;
        }
        const char bracket = rest_.front();
        if (depth == 0 && bracket != '[' && bracket != '{') {
            return depth; // no value begins here
        }
        rest_.remove_prefix(1);
        return bracket == '[' || bracket == '{' ? depth + 1 : depth - 1;
    }

    void skip_string() {
        for (auto at = rest_.find_first_of("\"\\", 1);; at = rest_.find_first_of("\"\\", at + 2)) {
            if (at == std::string_view::npos || rest_[at] == '"') {
                rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + 1);
                return;
            }
        }
    }

    std::string_view rest_;
};

/// The content of a JSON string; empty: it is none, or has half of a surrogate pair, which no UTF-8 equals.
std::optional<std::string> content(std::string_view text) {
    if (!text.starts_with('"')) {
        return std::nullopt;
    }
    const auto value = nlohmann::json::parse(text, nullptr, false);
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

bool is_content(std::string_view text, std::string_view wanted) {
    const bool plain = !text.contains('\\') && text.size() >= 2;
    return plain ? text.substr(1, text.size() - 2) == wanted : content(text) == wanted;
}

/// A part of a pointer, its escapes replaced.
std::string unescaped(std::string_view part) {
    std::string text;
    for (std::size_t at = 0; at < part.size(); ++at) {
        const bool escape = part[at] == '~';
        at += escape ? 1 : 0;
        text += !escape ? part[at] : part[at] == '0' ? '~' : '/';
    }
    return text;
}

std::optional<std::string_view> member(std::string_view object, std::string_view name) {
    std::optional<std::string_view> found;
    walk along(object);
    along.take('{');
    for (bool more = true; more; more = along.take(',')) {
        const auto key = along.take_value();
        if (!along.take(':')) {
            break; // an empty object
        }
        const auto value = along.take_value();
        if (is_content(key, name)) {
            found = value;
        }
    }
    return found;
}

std::optional<std::string_view> element(std::string_view array, std::string_view index) {
    auto wanted = whole_number(index);
    if (!wanted || (index.size() > 1 && index[0] == '0')) {
        return std::nullopt;
    }
    walk along(array);
    along.take('[');
    auto value = along.take_value();
    for (; *wanted > 0 && along.take(','); --*wanted) {
        value = along.take_value();
    }
    return *wanted == 0 && !value.empty() ? std::optional(value) : std::nullopt;
}

/// digits × 10^exponent, without zeros at either end of the digits; none: zero.
struct decimal {
    bool negative = false;
    std::string digits;
    std::int64_t exponent = 0;

    bool operator==(const decimal&) const = default;
};

/// Empty: its exponent has too many digits to count with.
std::optional<decimal> decimal_of(std::string_view number) {
    constexpr std::int64_t largest = 1'000'000'000'000'000'000;
    decimal value{.negative = number.starts_with('-'), .digits = {}};
    number.remove_prefix(value.negative ? 1 : 0);
    const auto mantissa = number.substr(0, number.find_first_of("eE"));
    auto exponent = number.substr(std::min(mantissa.size() + 1, number.size()));
    exponent.remove_prefix(exponent.starts_with('+') ? 1 : 0);
    const auto point = std::min(mantissa.find('.'), mantissa.size());
    value.digits = mantissa.substr(0, point);
    value.digits += mantissa.substr(std::min(point + 1, mantissa.size()));
    value.digits.erase(0, value.digits.find_first_not_of('0'));
    if (value.digits.empty()) {
        return decimal{};
    }
    if (!exponent.empty() &&
        std::from_chars(exponent.data(), exponent.data() + exponent.size(), value.exponent).ec != std::errc{}) {
        return std::nullopt;
    }
    if (value.exponent > largest || value.exponent < -largest) {
        return std::nullopt;
    }
    const auto fraction = mantissa.size() - std::min(point + 1, mantissa.size());
    const auto end = value.digits.find_last_not_of('0') + 1;
    value.exponent += static_cast<std::int64_t>(value.digits.size() - end) - static_cast<std::int64_t>(fraction);
    value.digits.resize(end);
    return value;
}

} // namespace

bool is_json_pointer(std::string_view text) {
    for (auto at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
        if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) {
            return false;
        }
    }
    return text.empty() || text.starts_with('/');
}

std::optional<std::string_view> find_json(std::string_view json, std::string_view pointer) {
    json.remove_prefix(json.starts_with("\xEF\xBB\xBF") ? 3 : 0);
    std::optional<std::string_view> found = walk(json).take_value();
    while (found && !pointer.empty()) {
        pointer.remove_prefix(1);
        const auto part = unescaped(pointer.substr(0, pointer.find('/')));
        pointer.remove_prefix(std::min(pointer.find('/'), pointer.size()));
        found = found->starts_with('{')   ? member(*found, part)
                : found->starts_with('[') ? element(*found, part)
                                          : std::nullopt;
    }
    return found;
}

bool is_same_scalar(std::string_view one, std::string_view other) {
    if (is_json_number(one) && is_json_number(other)) {
        const auto value = decimal_of(one);
        return one == other || (value && value == decimal_of(other));
    }
    if (one.starts_with('"')) {
        const auto text = content(one);
        return text && other.starts_with('"') && is_content(other, *text);
    }
    return one == other && (one == "true" || one == "false" || one == "null");
}

} // namespace hookd
