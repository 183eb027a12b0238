#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace hookd {

// The library is all templates: what reads and writes a whole text is compiled here, once, not wherever it is asked
// for.

/// Members keep their order. `is_discarded()` where the text is not JSON.
nlohmann::ordered_json parse_json(std::string_view text);

/// In one line, without its end. What is not UTF-8 in it becomes U+FFFD.
std::string json_line(const nlohmann::ordered_json& value);

} // namespace hookd
