// SPDX-License-Identifier: MIT
#include "sinks/queue/queue_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hookd::sinks {
namespace {

constexpr std::size_t id_limit = 200;
constexpr std::size_t digits_limit = 20; // of 2^64
constexpr std::string_view suffix = ".json";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_plain(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'A' && c <= 'F');
}

std::string plain_id(const event& what) {
    std::string id;
    for (const char c : what.id) {
        const auto piece = is_plain(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
        if (id.size() + piece.size() > id_limit) {
            break;
        }
        id += piece;
    }
    return id;
}

} // namespace

std::string queue_name(const event& what) {
    return fmt::format("{:0{}}-{}{}", what.sequence, digits_limit, plain_id(what), suffix);
}

std::string unpadded_queue_name(const event& what) {
    return fmt::format("{}-{}{}", what.sequence, plain_id(what), suffix);
}

bool is_queue_name(std::string_view name) {
    const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(name, is_digit) - name.begin());
    if (digits == 0 || digits > digits_limit || !name.substr(digits).starts_with('-') || !name.ends_with(suffix)) {
        return false;
    }
    auto id = name.substr(digits + 1);
    id.remove_suffix(suffix.size());
    if (id.empty() || id.size() > id_limit) {
        return false;
    }
    while (!id.empty()) {
        const bool escape = id.size() >= 3 && id[0] == '%' && is_hex(id[1]) && is_hex(id[2]);
        if (!escape && !is_plain(id[0])) {
            return false;
        }
        id.remove_prefix(escape ? 3 : 1);
    }
    return true;
}

} // namespace hookd::sinks
