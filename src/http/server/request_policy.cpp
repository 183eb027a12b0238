// SPDX-License-Identifier: MIT
#include "http/server/request_policy.hpp"

#include <hookd/core/failpoint.hpp>
#include <hookd/core/text.hpp>

#include <algorithm>
#include <array>

namespace hookd::http {

namespace {

/// Content-Length has at most 18 digits: more would overflow, and no limit allows it.
constexpr std::size_t most_length_digits = 18;

constexpr std::string_view behind_scheme = "://";
constexpr std::array<std::string_view, 2> schemes{"http://", "https://"};

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool starts_with_scheme(std::string_view target) {
    return std::ranges::any_of(schemes, [&](std::string_view scheme) {
        return target.size() >= scheme.size() && same_but_for_case(target.substr(0, scheme.size()), scheme);
    });
}

bool is_target(std::string_view target) {
    return (target.starts_with('/') || starts_with_scheme(target)) && is_printable(target);
}

bool is_host(std::string_view value) {
    constexpr std::string_view not_in_authority = "/?#@,\\ \t";
    return !value.empty() && value.find_first_of(not_in_authority) == std::string_view::npos && is_printable(value);
}

/// Section 3.2.2 with RFC 9110 section 4.2: a URL with these schemes has a host.
bool names_host(std::string_view target) {
    const auto authority = take_apart(target).authority;
    return target.starts_with('/') || (is_host(authority) && !authority.starts_with(':'));
}

bool is_length(std::string_view value) {
    return !value.empty() && value.size() <= most_length_digits &&
           std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::string_view to_text(policy_error error) {
    switch (error) {
    case policy_error::none:
        return "none";
    case policy_error::version:
        return "not HTTP/1.1 (nginx needs proxy_http_version 1.1)";
    case policy_error::target:
        return "a target that is neither a path nor an http URL in printable ASCII";
    case policy_error::host:
        return "not exactly one valid Host";
    case policy_error::early_coding:
        return "a Transfer-Encoding in HTTP/1.0";
    case policy_error::content_length:
        return "not a single, plain Content-Length";
    case policy_error::both_lengths:
        return "Content-Length beside Transfer-Encoding";
    case policy_error::repeated_coding:
        return "a repeated Transfer-Encoding";
    case policy_error::unsupported_coding:
        return "a transfer coding other than chunked";
    case policy_error::upgrade:
        return "an Upgrade";
    }
    return "unknown";
}

policy_error check_policy(int version, std::string_view target, std::span<const header_field> fields,
                          leniency allowed) {
    const bool lenient = allowed == leniency::health_checks;
    if (version != 11 && (!lenient || version != 10)) {
        return policy_error::version;
    }
    if (!is_target(target)) {
        return policy_error::target;
    }
    unsigned hosts = 0;
    unsigned lengths = 0;
    unsigned codings = 0;
    bool good_host = false;
    bool good_length = true;
    bool chunked = true;
    for (const auto& [name, value] : fields) {
        if (same_field_name(name, "Host")) {
            ++hosts;
            good_host = is_host(value) || (lenient && value.empty());
        } else if (same_field_name(name, "Content-Length")) {
            ++lengths;
            good_length = is_length(value);
        } else if (same_field_name(name, "Transfer-Encoding")) {
            ++codings;
            chunked = same_field_name(value, "chunked");
        } else if (same_field_name(name, "Upgrade") && !lenient) {
            return policy_error::upgrade;
        }
    }
    const bool hostless = lenient && hosts == 0;
    if ((!hostless && (hosts != 1 || !good_host)) || !names_host(target)) {
        return policy_error::host;
    }
    if (failpoint("lenient_framing")) {
        return policy_error::none;
    }
    if (version != 11 && codings > 0) {
        return policy_error::early_coding;
    }
    if (lengths > 0 && codings > 0) {
        return policy_error::both_lengths;
    }
    if (lengths > 1 || !good_length) {
        return policy_error::content_length;
    }
    if (codings > 1) {
        return policy_error::repeated_coding;
    }
    return chunked ? policy_error::none : policy_error::unsupported_coding;
}

request_target take_apart(std::string_view target) {
    if (target.starts_with('/')) {
        return {.authority = {}, .path = target};
    }
    auto rest = target.substr(target.find(behind_scheme) + behind_scheme.size());
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    const auto path = rest.substr(end);
    return {.authority = rest.substr(0, end), .path = path.starts_with('/') ? path : "/"};
}

bool has_member(std::span<const header_field> fields, std::string_view name, std::string_view member) {
    for (const auto& field : fields) {
        if (!same_field_name(field.name, name)) {
            continue;
        }
        for (auto rest = field.value; !rest.empty();) {
            if (same_field_name(take_element(rest), member)) {
                return true;
            }
        }
    }
    return false;
}

} // namespace hookd::http
