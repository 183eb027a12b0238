#include "http/request_policy.hpp"

#include <hookd/core/sabotage.hpp>
#include <hookd/core/text.hpp>

#include <algorithm>

namespace hookd::http {

namespace {

/// Content-Length of at most 18 digits: more would not fit the arithmetic, and no limit allows it.
constexpr std::size_t most_length_digits = 18;

bool is_target(std::string_view target) {
    return target.starts_with('/') && std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_host(std::string_view value) {
    constexpr std::string_view not_in_authority = "/?#@,\\ \t";
    return !value.empty() && value.find_first_of(not_in_authority) == std::string_view::npos &&
           std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_length(std::string_view value) {
    return !value.empty() && value.size() <= most_length_digits &&
           std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::string_view to_text(policy_fault fault) {
    switch (fault) {
    case policy_fault::none:
        return "none";
    case policy_fault::version:
        return "not HTTP/1.1";
    case policy_fault::target:
        return "a target that is not a path in printable ASCII";
    case policy_fault::host:
        return "not exactly one valid Host";
    case policy_fault::content_length:
        return "not a single, plain Content-Length";
    case policy_fault::both_lengths:
        return "Content-Length beside Transfer-Encoding";
    case policy_fault::repeated_coding:
        return "a repeated Transfer-Encoding";
    case policy_fault::unsupported_coding:
        return "a transfer coding other than chunked";
    case policy_fault::upgrade:
        return "an Upgrade";
    }
    return "unknown";
}

policy_fault check_policy(int version, std::string_view target, std::span<const header_field> fields) {
    if (version != 11) {
        return policy_fault::version;
    }
    if (!is_target(target)) {
        return policy_fault::target;
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
            good_host = is_host(value);
        } else if (same_field_name(name, "Content-Length")) {
            ++lengths;
            good_length = is_length(value);
        } else if (same_field_name(name, "Transfer-Encoding")) {
            ++codings;
            chunked = same_field_name(value, "chunked");
        } else if (same_field_name(name, "Upgrade")) {
            return policy_fault::upgrade;
        }
    }
    if (hosts != 1 || !good_host) {
        return policy_fault::host;
    }
    if (sabotaged("lenient_framing")) {
        return policy_fault::none;
    }
    if (lengths > 0 && codings > 0) {
        return policy_fault::both_lengths;
    }
    if (lengths > 1 || !good_length) {
        return policy_fault::content_length;
    }
    if (codings > 1) {
        return policy_fault::repeated_coding;
    }
    return chunked ? policy_fault::none : policy_fault::unsupported_coding;
}

bool has_member(std::span<const header_field> fields, std::string_view name, std::string_view member) {
    for (const auto& field : fields) {
        if (!same_field_name(field.name, name)) {
            continue;
        }
        for (auto rest = field.value; !rest.empty();) {
            const auto comma = rest.find(',');
            if (same_field_name(trimmed(rest.substr(0, comma)), member)) {
                return true;
            }
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
    }
    return false;
}

} // namespace hookd::http
