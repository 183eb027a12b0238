// SPDX-License-Identifier: MIT
#include "http/server/client_address.hpp"

#include <hookd/core/text.hpp>

#include <algorithm>
#include <ranges>

namespace hookd::http {

namespace {

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
std::optional<ip_address> node_address(std::string_view node) {
    if (!node.starts_with('[') && std::ranges::count(node, ':') > 1) {
        return ip_address::parse(node);
    }
    const auto parts = split_authority(node);
    const auto is_port = [](std::string_view port) {
        return port.size() > 1 && port.find_first_not_of("0123456789", 1) == std::string_view::npos;
    };
    return parts && (parts->port.empty() || is_port(parts->port)) ? ip_address::parse(parts->host) : std::nullopt;
}

using parts_of = std::vector<std::string_view>;

/// Splits at `separator` outside of quoted strings (RFC 9110 section 5.6.4). Nothing if a quote is not closed: a client
/// may have opened it to hide what the proxy appends.
std::optional<parts_of> split_unquoted(std::string_view text, char separator) {
    parts_of parts;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && quoted) {
            ++at;
        } else if (text[at] == '"') {
            quoted = !quoted;
        } else if (text[at] == separator && !quoted) {
            parts.push_back(text.substr(begin, at - begin));
            begin = at + 1;
        }
    }
    parts.push_back(text.substr(begin));
    return quoted ? std::nullopt : std::optional{std::move(parts)};
}

/// Nothing: it has no `for`. An empty optional inside: the value is not an address.
std::optional<std::optional<ip_address>> forwarded_for(std::string_view element) {
    for (const auto pair : split_unquoted(element, ';').value_or(parts_of{})) {
        const auto text = trimmed(pair);
        const auto equals = text.find('=');
        if (equals == std::string_view::npos || !same_field_name(text.substr(0, equals), "for")) {
            continue;
        }
        auto value = text.substr(equals + 1);
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
            value = value.substr(1, value.size() - 2);
        }
        return node_address(value);
    }
    return std::nullopt;
}

using hops = std::vector<std::optional<ip_address>>; // nothing: an entry that is not an address

/// Empty elements do not count (RFC 9110 section 5.6.1.2): proxies leave one after a comma.
void add_x_forwarded_for(hops& to, std::string_view list) {
    while (!list.empty()) {
        if (const auto entry = take_element(list); !entry.empty()) {
            to.push_back(node_address(entry));
        }
    }
}

/// False if the list cannot be parsed. An element without `for`, from a proxy that reports only the protocol, is an
/// unknown hop.
bool add_forwarded(hops& to, bool& names_clients, std::string_view list) {
    const auto elements = split_unquoted(list, ',');
    for (const auto element : elements.value_or(parts_of{})) {
        if (!trimmed(element).empty()) {
            const auto hop = forwarded_for(element);
            names_clients |= hop.has_value();
            to.push_back(hop.value_or(std::nullopt));
        }
    }
    return elements.has_value();
}

/// Nothing: only the peer is named.
std::optional<ip_address> first_untrusted(const hops& from, const std::vector<cidr>& trusted) {
    std::optional<ip_address> client;
    for (const auto& hop : std::views::reverse(from)) {
        if (!hop) {
            break;
        }
        client = hop;
        if (!contains(trusted, *client)) {
            break;
        }
    }
    return client;
}

} // namespace

std::string name_of(const std::optional<ip_address>& peer) {
    return peer ? peer->text() : "unix";
}

bool find_client_behind(std::optional<ip_address>& proxy, const std::vector<cidr>& trusted,
                        std::span<const header_field> fields, forwarded_header which) {
    hops x_forwarded_for;
    hops forwarded;
    bool forwarded_names_clients = false;
    for (const auto& [name, value] : fields) {
        if (which != forwarded_header::forwarded && same_field_name(name, "X-Forwarded-For")) {
            add_x_forwarded_for(x_forwarded_for, value);
        } else if (which != forwarded_header::x_forwarded_for && same_field_name(name, "Forwarded") &&
                   !add_forwarded(forwarded, forwarded_names_clients, value)) {
            return false;
        }
    }
    const auto client = [&](const hops& from) {
        const auto address = first_untrusted(from, trusted);
        return address ? address : proxy;
    };
    const auto named = client(forwarded_names_clients ? forwarded : x_forwarded_for);
    const bool both = forwarded_names_clients && !x_forwarded_for.empty();
    if (both && named != client(x_forwarded_for)) {
        return false;
    }
    proxy = named;
    return true;
}

} // namespace hookd::http
