// SPDX-License-Identifier: MIT
#include <hookd/core/address.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/http/client/url.hpp>

#include <algorithm>
#include <optional>

namespace hookd::http {

namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

std::unexpected<error> refuse(std::string what) {
    return std::unexpected{error{std::move(what)}};
}

bool is_v6(std::string_view text) {
    return text.contains(':') && ip_address::parse(text);
}

/// The scheme's default if there is none; RFC 3986 section 3.2.3 allows an empty one.
std::optional<std::uint16_t> read_port(std::string_view text, std::uint16_t own) {
    const auto port = text.empty() ? own : parse_port(text);
    return port && *port != 0 ? port : std::nullopt;
}

/// Splits `host`, `host:port`, `[v6]`, `[v6]:port` into the URL's parts.
result<void> read_authority(std::string_view text, url& into) {
    if (text.contains('@')) {
        return refuse("the URL has a user or password, which logs would show: remove them");
    }
    const auto parts = split_authority(text);
    if (!parts) {
        return refuse("invalid IPv6 address in the URL: expected a closing bracket, followed by nothing or a port");
    }
    if (parts->bracketed ? !is_v6(parts->host) : !is_host_name(parts->host)) {
        return refuse("invalid host in the URL: expected a name in ASCII letters, an IPv4 address, or an IPv6 address "
                      "in brackets");
    }
    const auto port = read_port(parts->port.substr(parts->port.empty() ? 0 : 1), into.tls ? https_port : http_port);
    if (!port) {
        return refuse("invalid port in the URL: expected 1 to 65535, or none");
    }
    into.host = parts->host;
    into.port = *port;
    return {};
}

} // namespace

std::string url::authority() const {
    const std::string name = host.contains(':') ? '[' + host + ']' : host;
    return port == (tls ? https_port : http_port) ? name : name + ':' + std::to_string(port);
}

result<url> parse_url(std::string_view text) {
    const auto scheme_end = text.find("://");
    const auto scheme = text.substr(0, scheme_end);
    url parsed;
    parsed.tls = same_field_name(scheme, "https");
    if (scheme_end == std::string_view::npos || (!parsed.tls && !same_field_name(scheme, "http"))) {
        return refuse("invalid URL: expected one that begins with https:// or http://");
    }
    std::string_view rest = text.substr(scheme_end + 3);
    rest = rest.substr(0, rest.find('#'));
    const auto authority_end = std::min(rest.find_first_of("/?"), rest.size());
    if (const auto read = read_authority(rest.substr(0, authority_end), parsed); !read) {
        return std::unexpected{read.error()};
    }
    const std::string_view target = rest.substr(authority_end);
    if (!std::ranges::all_of(target, [](char c) { return c > ' ' && c <= '~'; })) {
        return refuse("the URL's path contains other characters than printable ASCII: percent-encode them");
    }
    parsed.target = target.starts_with('/') ? std::string{target} : '/' + std::string{target};
    return parsed;
}

} // namespace hookd::http
