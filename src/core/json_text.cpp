#include <hookd/core/escape.hpp>
#include <hookd/core/json_text.hpp>

#include <algorithm>

namespace hookd {

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
            at += c == '\\' ? 1 : 0; // whatever is escaped ends no string
        } else if (opens(c)) {
            ++depth;
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return depth > deepest_json;
}

nlohmann::ordered_json parse_json(std::string_view text) {
    return nested_too_deeply(text) ? nlohmann::ordered_json(nlohmann::ordered_json::value_t::discarded)
                                   : nlohmann::ordered_json::parse(text, nullptr, false);
}

std::string json_line(const nlohmann::ordered_json& value) {
    const auto text = value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    std::string line;
    line.reserve(text.size());
    append_escaped_json(line, text);
    return line;
}

} // namespace hookd
