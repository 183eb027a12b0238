// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hookd {

/// The text with each `%NN` replaced by its byte (RFC 3986 section 2.1); nothing if a `%` is followed by anything else.
/// `+` is a plus sign.
std::optional<std::string> percent_decoded(std::string_view text);

} // namespace hookd
