// SPDX-License-Identifier: MIT
#include <hookd/core/escape.hpp>
#include <hookd/core/json_text.hpp>

#include <algorithm>

namespace hookd {

namespace {

/// Whether there is half of a surrogate pair at `at`: the second digit of the high half is 8 to b, of the low half c to
/// f.
bool is_half(std::string_view json, std::size_t at, std::string_view second_digits) {
    const auto escape = json.substr(std::min(at, json.size()), 6);
    return escape.size() == 6 && escape.starts_with("\\u") && (escape[2] == 'd' || escape[2] == 'D') &&
           second_digits.contains(escape[3]);
}

/// `json` must be JSON, which has backslashes only in strings.
bool has_high_surrogate_alone(std::string_view json) {
    for (auto at = json.find('\\'); at != std::string_view::npos; at = json.find('\\', at + 2)) {
        if (is_half(json, at, "89abAB")) {
            if (!is_half(json, at + 6, "cdefCDEF")) {
                return true;
            }
            at += 6;
        }
    }
    return false;
}

} // namespace

bool nested_too_deeply(std::string_view json) {
    const auto opens = [](char c) { return c == '[' || c == '{'; };
    if (std::ranges::count_if(json, opens) <= static_cast<std::ptrdiff_t>(deepest_json)) { // nearly always
        return false;
    }
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < json.size() && depth <= deepest_json; ++at) {
        const char c = json[at];
        if (c == '"') {
            in_string = !in_string;
        } else if (in_string) {
            at += c == '\\' ? 1 : 0; // an escaped quote does not end the string
        } else if (opens(c)) {
            ++depth;
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return depth > deepest_json;
}

bool breaks_readers(std::string_view json) {
    return nested_too_deeply(json) || has_high_surrogate_alone(json);
}

nlohmann::ordered_json parse_json(std::string_view text) {
    return nested_too_deeply(text) ? nlohmann::ordered_json(nlohmann::ordered_json::value_t::discarded)
                                   : nlohmann::ordered_json::parse(text, nullptr, false);
}

std::string_view number_like(std::string_view text) {
    constexpr std::string_view first = "-0123456789";
    return first.contains(text[0]) ? text.substr(0, text.find_first_not_of("+-.0123456789eE")) : std::string_view{};
}

bool is_json_number(std::string_view text) {
    const auto digits = [&] {
        const auto count = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(count);
        return count > 0;
    };
    const auto skip = [&](std::string_view any) {
        const bool there = !text.empty() && any.contains(text[0]);
        text.remove_prefix(there ? 1 : 0);
        return there;
    };
    skip("-");
    if (!skip("0") && !digits()) {
        return false;
    }
    if (skip(".") && !digits()) {
        return false;
    }
    if (skip("eE")) {
        skip("+-");
        if (!digits()) {
            return false;
        }
    }
    return text.empty();
}

std::string json_line(const nlohmann::ordered_json& value) {
    const auto text = value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    std::string line;
    line.reserve(text.size());
    append_escaped_json(line, text);
    return line;
}

} // namespace hookd
