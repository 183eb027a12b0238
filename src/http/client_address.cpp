#include "http/client_address.hpp"

#include <hookd/core/text.hpp>

#include <algorithm>
#include <ranges>

namespace hookd::http {

namespace {

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
std::optional<ip_address> node_address(std::string_view node) {
    std::string_view host = node;
    std::string_view port;
    if (node.starts_with('[')) {
        const auto end = node.find(']');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        host = node.substr(1, end - 1);
        port = node.substr(end + 1);
    } else if (std::ranges::count(node, ':') == 1) {
        host = node.substr(0, node.find(':'));
        port = node.substr(node.find(':'));
    }
    const bool is_port =
        port.size() > 1 && port.starts_with(':') && port.find_first_not_of("0123456789", 1) == std::string_view::npos;
    return port.empty() || is_port ? ip_address::parse(host) : std::nullopt;
}

using parts_of = std::vector<std::string_view>;

parts_of split(std::string_view text, char separator) {
    parts_of parts;
    for (auto end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    parts.push_back(text);
    return parts;
}

/// Splits at `separator` outside of quoted strings (RFC 9110 section 5.6.4). Nothing where a quote is not closed: a
/// client may have opened it, to hide in it what the proxy would append.
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

std::optional<ip_address> forwarded_for(std::string_view element) {
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

} // namespace

std::optional<std::string> client_behind(std::string peer, const std::vector<cidr>& trusted,
                                         std::span<const header_field> fields) {
    std::vector<std::optional<ip_address>> hops;
    bool x_forwarded = false;
    bool forwarded = false;
    for (const auto& [name, value] : fields) {
        if (same_field_name(name, "X-Forwarded-For")) {
            x_forwarded = true;
            for (const auto entry : split(value, ',')) {
                hops.push_back(node_address(trimmed(entry)));
            }
        } else if (same_field_name(name, "Forwarded")) {
            forwarded = true;
            const auto elements = split_unquoted(value, ',');
            if (!elements) {
                return std::nullopt;
            }
            for (const auto element : *elements) {
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
