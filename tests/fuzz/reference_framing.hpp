// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hookd::fuzz {

/// One request, and what follows it.
struct framed_request {
    std::string_view request_line;
    std::string body;
    std::string_view rest;
};

/// Where the first request in `bytes` ends by the letter of RFC 9112, read as simply as can be and from whole bytes
/// only: what the daemon accepts must end there and hold this body. Nothing where it is not complete, or could be read
/// in two ways.
std::optional<framed_request> frame(std::string_view bytes);

} // namespace hookd::fuzz
