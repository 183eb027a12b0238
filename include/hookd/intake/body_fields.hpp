// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace hookd::intake {

/// What the daemon needs from an authentic body; the rest is only for the sinks.
struct body_fields {
    bool json = false;            ///< A JSON text (RFC 8259) in UTF-8, whatever the size of its numbers.
    std::string type = "unknown"; ///< The member `type`, if it can be an event type.
    std::string collection;       ///< The member `collection_name`, if it is a string.
    std::string document;         ///< The member `name`, if it is a string.
};

/// Reads these top-level members; of repeated ones the last counts, as in most JSON libraries. Never throws, needs no
/// memory for the rest of a usual body, and at most that of one copy for an unusual one. Deep nesting is harmless.
body_fields read_body_fields(std::string_view body);

} // namespace hookd::intake
