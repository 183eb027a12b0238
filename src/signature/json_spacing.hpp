// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace hookd::signature {

/// The JSON text with exactly this white space after each comma and colon. The spelling of strings and numbers and the
/// order of members stay unchanged, which a parser would not preserve. Text that is not JSON becomes some other text.
std::string respace(std::string_view json, std::string_view behind_comma, std::string_view behind_colon);

} // namespace hookd::signature
