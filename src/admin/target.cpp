// SPDX-License-Identifier: MIT
#include "admin/target.hpp"

#include <hookd/core/percent_encoding.hpp>

#include <algorithm>

namespace hookd::admin {

result<std::vector<std::pair<std::string, std::string>>> query_pairs(std::string_view target) {
    std::vector<std::pair<std::string, std::string>> pairs;
    const auto begin = target.find('?');
    auto rest = begin == std::string_view::npos ? std::string_view{} : target.substr(begin + 1);
    while (!rest.empty()) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) {
            return std::unexpected{error{"parameter without a value: expected KEY=VALUE"}};
        }
        const std::string key{pair.substr(0, equals)};
        if (std::ranges::find(pairs, key, [](const auto& each) { return each.first; }) != pairs.end()) {
            return std::unexpected{error{"repeated parameter " + key}};
        }
        auto value = percent_decoded(pair.substr(equals + 1));
        if (!value) {
            return std::unexpected{error{key + ": expected two hexadecimal digits after %"}};
        }
        pairs.emplace_back(key, std::move(*value));
    }
    return pairs;
}

std::string_view path_of(std::string_view target) {
    return target.substr(0, target.find('?'));
}

} // namespace hookd::admin
