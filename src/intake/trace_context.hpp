// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/http_message.hpp>

#include <span>
#include <string_view>

namespace hookd::intake {

/// The value of `traceparent` (W3C Trace Context, section 3.2), which names the trace that a request is part of. Empty:
/// there is none, several, or it is malformed, and is then to be ignored (section 4.3). Nothing signs it.
std::string_view traceparent_of(std::span<const header_field> fields);

} // namespace hookd::intake
