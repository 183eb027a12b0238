// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/http/http_options.hpp"

#include <hookd/core/event.hpp>
#include <hookd/core/http_message.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace hookd::sinks {

/// The request for an event. The views of the fields are of the event, of the options and of static text.
struct http_message {
    std::vector<header_field> fields;
    std::string body;
};

inline constexpr std::string_view unsendable =
    "its signature headers contain control characters and cannot be forwarded";

/// Nothing if a received field cannot be forwarded because it contains what could end the field.
std::optional<http_message> compose(const http_options& options, const event& what);

} // namespace hookd::sinks
