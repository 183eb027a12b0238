// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace hookd::loadgen {

/// As hookd::parse_json, but numbers keep their digits as written, whatever their magnitude: each is stored as a binary
/// value of its text, which no JSON text can produce.
nlohmann::ordered_json parse_exact(std::string_view text);

/// JSON text of such a value, or of any other. Throws json::type_error if a string is not UTF-8.
void append_exact(const nlohmann::ordered_json& value, std::string& to);

} // namespace hookd::loadgen
