// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace hookd::cli {

/// Rejected requests, for people. All that is from clients is escaped.
std::string rejected_list_head();
/// `columns`: where the last column is truncated.
std::string rejected_list_line(const nlohmann::ordered_json& request, bool utc, std::size_t columns);
/// All that is known of one.
std::string rejected_story_text(const nlohmann::ordered_json& request, bool utc);

/// The request as a captured one: request line, signature headers, and the body if it was kept. Nothing if it was not
/// although the reason is the signature over it.
std::optional<std::string> captured_request(const nlohmann::ordered_json& request);

} // namespace hookd::cli
