#pragma once

#include <hookd/core/exchange.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace hookd::http {

/// Why a well-parsed header is refused all the same. The parser (Beast 1.81) accepts each of these, and each has been
/// a way to make two servers see different requests in the same bytes.
enum class policy_fault : std::uint8_t {
    none,
    version,            ///< not HTTP/1.1
    target,             ///< not origin form (RFC 9112 section 3.2.1) in printable ASCII
    host,               ///< not exactly one Host that could be one (section 3.2)
    content_length,     ///< repeated, a list, or not digits alone (section 6.3)
    both_lengths,       ///< Content-Length beside Transfer-Encoding (section 6.1)
    repeated_coding,    ///< Transfer-Encoding more than once
    unsupported_coding, ///< Transfer-Encoding that is not exactly `chunked`
    upgrade,            ///< asks for another protocol
};

std::string_view to_text(policy_fault fault);

/// Pure. `version` is 10 times the major plus the minor number.
policy_fault check_policy(int version, std::string_view target, std::span<const header_field> fields);

/// Whether a list-valued field (`Connection`) has this member, by ASCII case-insensitive comparison.
bool has_member(std::span<const header_field> fields, std::string_view name, std::string_view member);

} // namespace hookd::http
