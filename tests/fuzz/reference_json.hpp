// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace hookd::fuzz {

/// RFC 8259's grammar read once more, by its productions and with nothing of the daemon's: whether the text is one JSON
/// text in UTF-8. Lone surrogates are part of the grammar, as escapes; a byte order mark is not.
bool is_json_by_grammar(std::string_view text);

} // namespace hookd::fuzz
