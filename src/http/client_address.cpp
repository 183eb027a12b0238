#include "http/client_address.hpp"

#include <hookd/core/text.hpp>

#include <algorithm>
#include <ranges>

namespace hookd::http {

namespace {

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
std::optional<ip_address> node_address(std::string_view node) {
    if (node.starts_with('[')) {
        return ip_address::parse(node.substr(1, node.find(']') - 1));
    }
    if (std::ranges::count(node, ':') == 1) {
        node = node.substr(0, node.find(':'));
    }
    return ip_address::parse(node);
}

/// Splits at `separator` outside of quoted strings; an unclosed quote takes the rest, as any reader must see it.
std::vector<std::string_view> split_unquoted(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
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
    return parts;
}

std::optional<ip_address> forwarded_for(std::string_view element) {
    for (const auto pair : split_unquoted(element, ';')) {
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

} // namespace

std::optional<std::string> client_behind(std::string peer, const std::vector<cidr>& trusted,
                                         std::span<const header_field> fields) {
    std::vector<std::optional<ip_address>> hops;
    bool x_forwarded = false;
    bool forwarded = false;
    for (const auto& [name, value] : fields) {
        if (same_field_name(name, "X-Forwarded-For")) {
            x_forwarded = true;
            for (const auto entry : split_unquoted(value, ',')) {
                hops.push_back(node_address(trimmed(entry)));
            }
        } else if (same_field_name(name, "Forwarded")) {
            forwarded = true;
            for (const auto element : split_unquoted(value, ',')) {
                hops.push_back(forwarded_for(element));
            }
        }
    }
    if (x_forwarded && forwarded) {
        return std::nullopt;
    }
    std::optional<ip_address> client;
    for (const auto& hop : std::views::reverse(hops)) {
        if (!hop) {
            break;
        }
        client = hop;
        if (!contains(trusted, *client)) {
            break;
        }
    }
    return client ? client->text() : std::move(peer);
}

} // namespace hookd::http
