// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/http_options.hpp"

#include <hookd/core/event.hpp>
#include <hookd/core/http_message.hpp>

#include <string>
#include <vector>

namespace hookd::sinks {

/// What is sent for one event. The fields' views are of the event, of the options and of static text.
struct http_message {
    std::vector<header_field> fields;
    std::string body;
};

/// Nothing where a field that came in cannot be sent on: it holds what could end the field.
std::optional<http_message> compose(const http_options& options, const event& what);

} // namespace hookd::sinks
