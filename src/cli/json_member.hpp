// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

/// Members of responses, which may come from anything that listens on the socket: with an unexpected type they count as
/// missing.
namespace hookd::cli {

inline std::string text_member(const nlohmann::ordered_json& from, const char* key) {
    const auto found = from.find(key);
    return found != from.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

inline std::uint64_t number_member(const nlohmann::ordered_json& from, const char* key) {
    const auto found = from.find(key);
    return found != from.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

inline bool flag_member(const nlohmann::ordered_json& from, const char* key, bool fallback) {
    const auto found = from.find(key);
    return found != from.end() && found->is_boolean() ? found->get<bool>() : fallback;
}

} // namespace hookd::cli
