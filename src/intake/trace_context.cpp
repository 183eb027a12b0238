// SPDX-License-Identifier: MIT
#include "intake/trace_context.hpp"

#include <algorithm>
#include <cstddef>

namespace hookd::intake {

namespace {

constexpr std::size_t length_of_version_00 = 55;
/// Later versions may be longer; ours would be the only limit.
constexpr std::size_t longest = 128;

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_id(std::string_view text) {
    return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

/// `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`
bool is_traceparent(std::string_view text) {
    if (text.size() < length_of_version_00 || text.size() > longest || text[2] != '-' || text[35] != '-' ||
        text[52] != '-') {
        return false;
    }
    const auto version = text.substr(0, 2);
    const bool ends_well =
        text.size() == length_of_version_00 || (version != "00" && text[length_of_version_00] == '-');
    const bool printable = std::ranges::all_of(text, [](char each) { return each > ' ' && each < '\x7f'; });
    return is_hex(version) && version != "ff" && is_id(text.substr(3, 32)) && is_id(text.substr(36, 16)) &&
           is_hex(text.substr(53, 2)) && ends_well && printable;
}

} // namespace

std::string_view traceparent_of(std::span<const header_field> fields) {
    const auto is_it = [](const header_field& each) { return same_field_name(each.name, "traceparent"); };
    const auto found = std::ranges::find_if(fields, is_it);
    if (found == fields.end() || std::any_of(found + 1, fields.end(), is_it) || !is_traceparent(found->value)) {
        return {};
    }
    return found->value;
}

} // namespace hookd::intake
