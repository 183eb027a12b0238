// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/http_message.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace hookd::http {

/// Why a header is rejected although the parser (Beast 1.81) accepts it. Each of these has been used to make two
/// servers see different requests in the same bytes.
enum class policy_error : std::uint8_t {
    none,
    version,            ///< not HTTP/1.1
    target,             ///< neither origin form nor absolute form (RFC 9112 section 3.2) in printable ASCII
    host,               ///< not exactly one valid Host (section 3.2); an absolute target without a host
    content_length,     ///< repeated, a list, or not only digits (section 6.3)
    both_lengths,       ///< Content-Length beside Transfer-Encoding (section 6.1)
    repeated_coding,    ///< Transfer-Encoding more than once
    unsupported_coding, ///< Transfer-Encoding that is not exactly `chunked`
    early_coding,       ///< Transfer-Encoding in HTTP/1.0, which has none (section 6.1)
    upgrade,            ///< requests another protocol
};

std::string_view to_text(policy_error error);

/// What a listener accepts besides strict HTTP/1.1: nothing, or what health checks of load balancers send: HTTP/1.0, no
/// or an empty Host, an Upgrade. None of them changes where a request ends.
enum class leniency : std::uint8_t { none, health_checks };

/// Pure. `version` is 10 times the major plus the minor number.
policy_error check_policy(int version, std::string_view target, std::span<const header_field> fields,
                          leniency allowed = leniency::none);

/// The parts of a target (RFC 9112 section 3.2).
struct request_target {
    std::string_view authority; ///< Of the absolute form; empty in origin form.
    std::string_view path;      ///< With the query. The absolute form without a path means `/`, whatever its query.
};

/// Splits a target that check_policy has accepted.
request_target take_apart(std::string_view target);

/// Whether a list-valued field (`Connection`) has this member, compared case-insensitively (ASCII).
bool has_member(std::span<const header_field> fields, std::string_view name, std::string_view member);

} // namespace hookd::http
