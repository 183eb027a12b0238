// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace hookd::signature {

/// The JSON text with this and no other white space behind each comma and colon. Spelling of strings and numbers and
/// the order of members stay as they are, which no parser leaves alone. Text that is not JSON comes out as some text.
std::string respace(std::string_view json, std::string_view behind_comma, std::string_view behind_colon);

} // namespace hookd::signature
