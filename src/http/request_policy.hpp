// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/http_message.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace hookd::http {

/// Why a well-parsed header is refused all the same. The parser (Beast 1.81) accepts each of these, and each has been
/// a way to make two servers see different requests in the same bytes.
enum class policy_error : std::uint8_t {
    none,
    version,            ///< not HTTP/1.1
    target,             ///< neither origin form nor absolute form (RFC 9112 section 3.2) in printable ASCII
    host,               ///< not exactly one Host that could be one (section 3.2); an absolute target without a host
    content_length,     ///< repeated, a list, or not digits alone (section 6.3)
    both_lengths,       ///< Content-Length beside Transfer-Encoding (section 6.1)
    repeated_coding,    ///< Transfer-Encoding more than once
    unsupported_coding, ///< Transfer-Encoding that is not exactly `chunked`
    early_coding,       ///< Transfer-Encoding in HTTP/1.0, which has none (section 6.1)
    upgrade,            ///< asks for another protocol
};

std::string_view to_text(policy_error error);

/// What a listener takes beside clean HTTP/1.1: nothing, or what load balancers' health checks send: HTTP/1.0, no Host
/// or an empty one, an Upgrade. None of them changes where a request ends.
enum class leniency : std::uint8_t { none, health_checks };

/// Pure. `version` is 10 times the major plus the minor number.
policy_error check_policy(int version, std::string_view target, std::span<const header_field> fields,
                          leniency allowed = leniency::none);

/// A target taken apart (RFC 9112 section 3.2).
struct request_target {
    std::string_view authority; ///< Of the absolute form; empty in origin form.
    std::string_view path;      ///< And query. The absolute form without a path asks for `/`, whatever its query.
};

/// Of a target that check_policy found no error with.
request_target take_apart(std::string_view target);

/// Whether a list-valued field (`Connection`) has this member, by ASCII case-insensitive comparison.
bool has_member(std::span<const header_field> fields, std::string_view name, std::string_view member);

} // namespace hookd::http
