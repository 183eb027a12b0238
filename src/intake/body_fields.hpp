// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace hookd::intake {

/// What the house wants to know of an authentic body; everything else in it is the sinks' affair.
struct body_fields {
    bool json = false; ///< One text of JSON's grammar (RFC 8259), in UTF-8, whatever the size of its numbers.
    std::string type = "unknown"; ///< The member `type`, where it can serve as an event type.
    std::string collection;       ///< The member `collection_name`, if it is a string.
    std::string document;         ///< The member `name`, if it is a string.
};

/// Reads the top-level members it knows; of repeated ones the last counts, as in most JSON libraries. Never throws on
/// any input, needs no memory for the rest of the body, and recurses no further than a few levels: depth is no danger.
body_fields read_body_fields(std::string_view body);

/// The slow half of that, for whatever quick_parse does not take; with the type as it stands in the body. What both
/// take they must read alike.
body_fields read_thoroughly(std::string_view body);

} // namespace hookd::intake
