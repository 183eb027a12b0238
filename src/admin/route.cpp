// SPDX-License-Identifier: MIT
#include "admin/route.hpp"

#include <hookd/core/percent_encoding.hpp>

#include <algorithm>
#include <utility>

namespace hookd::admin {

namespace {

/// The decoded segments in the place of the pattern's `{NAME}`; nothing if the path does not match.
std::optional<std::vector<std::string>> match(std::string_view path, std::string_view pattern) {
    std::vector<std::string> segments;
    for (;;) {
        const auto given = path.substr(0, path.find('/'));
        const auto wanted = pattern.substr(0, pattern.find('/'));
        if (wanted.starts_with('{')) {
            auto decoded = percent_decoded(given);
            if (!decoded || decoded->empty()) {
                return std::nullopt;
            }
            segments.push_back(std::move(*decoded));
        } else if (given != wanted) {
            return std::nullopt;
        }
        const bool is_last = given.size() == path.size();
        if (is_last != (wanted.size() == pattern.size())) {
            return std::nullopt;
        }
        if (is_last) {
            return segments;
        }
        path.remove_prefix(given.size() + 1);
        pattern.remove_prefix(wanted.size() + 1);
    }
}

} // namespace

std::string_view to_text(access by) {
    switch (by) {
    case access::anyone:
        return "anyone";
    case access::unix_socket:
        return "unix_socket";
    }
    return "unknown";
}

std::optional<path_routes> path_routes::find(std::span<const route> table, std::string_view path) {
    std::optional<path_routes> found;
    for (const auto& each : table) {
        // Two patterns that match the same path differ first where only one has a `{`, which is greater than all
        // characters of the other's text.
        if (found && found->pattern_ <= each.pattern) {
            continue;
        }
        if (auto segments = match(path, each.pattern)) {
            found = path_routes{table, each.pattern};
            found->segments = std::move(*segments);
        }
    }
    return found;
}

const route* path_routes::find(std::string_view method) const {
    const auto wanted = method == "HEAD" ? std::string_view{"GET"} : method;
    const auto found = std::ranges::find_if(
        table_, [&](const route& each) { return each.pattern == pattern_ && each.method == wanted; });
    return found == table_.end() ? nullptr : &*found;
}

bool path_routes::any_open_to(peer_kind peer) const {
    return std::ranges::any_of(table_,
                               [&](const route& each) { return each.pattern == pattern_ && is_open_to(each, peer); });
}

std::string path_routes::methods() const {
    std::string text;
    for (const auto& each : table_) {
        if (each.pattern == pattern_) {
            text += text.empty() ? "" : ", ";
            text += each.method;
            text += each.method == "GET" ? ", HEAD" : "";
        }
    }
    return text;
}

} // namespace hookd::admin
