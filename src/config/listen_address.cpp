// SPDX-License-Identifier: MIT
#include <hookd/config/listen_address.hpp>

#include <algorithm>
#include <sys/un.h>

namespace hookd::config {

namespace {

constexpr std::size_t most_port_digits = 5;

std::unexpected<error> wrong(std::string what) {
    return std::unexpected{error{std::move(what)}};
}

result<listen_address> parse_systemd(std::string_view name) {
    // systemd.socket(5): FileDescriptorName= takes at most 255 characters, no control characters and no ":".
    const bool fits = !name.empty() && name.size() <= 255 &&
                      std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7F' && c != ':'; });
    if (!fits) {
        return wrong("expected the FileDescriptorName of a socket unit after \"systemd:\", such as \"systemd:https\"");
    }
    return listen_address{listen_address::family::systemd, {}, 0, std::string{name}};
}

result<listen_address> parse_ip(std::string_view text) {
    constexpr std::string_view wanted =
        ", such as \"0.0.0.0:8443\" or \"[::]:8443\", or \"unix:/path\" or \"systemd:NAME\"";
    const bool bracketed = text.starts_with('[');
    const auto colon = bracketed ? text.find("]:") : text.find(':');
    if (colon == std::string_view::npos || (!bracketed && text.find(':', colon + 1) != std::string_view::npos)) {
        return wrong("expected a numeric address and a port" + std::string{wanted});
    }
    const std::string_view host = bracketed ? text.substr(1, colon - 1) : text.substr(0, colon);
    const auto port_text = text.substr(colon + (bracketed ? 2 : 1));
    const auto port = parse_port(port_text);
    if (!port || port_text.size() > most_port_digits) {
        return wrong("expected a port from 0 to 65535");
    }
    const auto ip = ip_address::parse(host);
    // A mapped address in brackets counts as IPv4 everywhere else, but would be bound as IPv6: reject the ambiguity.
    if (!ip || ip->is_v4() == bracketed) {
        return wrong((bracketed ? "expected a numeric IPv6 address in the brackets"
                                : "expected a numeric IPv4 address before the port") +
                     std::string{wanted});
    }
    return listen_address{listen_address::family::ip, *ip, *port, {}};
}

} // namespace

std::string listen_address::canonical() const {
    switch (kind) {
    case family::unix_socket:
        return "unix:" + name;
    case family::systemd:
        return "systemd:" + name;
    case family::ip:
        break;
    }
    return (ip.is_v4() ? ip.text() : '[' + ip.text() + ']') + ':' + std::to_string(port);
}

bool listen_address::local() const {
    if (kind != family::ip) {
        return kind == family::unix_socket;
    }
    const auto within = [this](std::string_view block) {
        const auto parsed = cidr::parse(block);
        return parsed && parsed->contains(ip);
    };
    return within("127.0.0.0/8") || within("::1/128");
}

std::string check_socket_path(std::string_view path) {
    constexpr std::size_t most = sizeof(sockaddr_un::sun_path) - 1;
    if (!path.starts_with('/')) {
        return "expected an absolute path, such as /run/colivara-hookd/hookd.sock";
    }
    return path.size() > most
               ? "expected at most " + std::to_string(most) + " bytes, the limit for the path of a Unix socket"
               : std::string{};
}

result<listen_address> parse_listen_address(std::string_view text) {
    if (text.starts_with("unix:")) {
        const std::string_view path = text.substr(5);
        if (auto error = check_socket_path(path); !error.empty()) {
            return wrong(std::move(error));
        }
        return listen_address{listen_address::family::unix_socket, {}, 0, std::string{path}};
    }
    return text.starts_with("systemd:") ? parse_systemd(text.substr(8)) : parse_ip(text);
}

} // namespace hookd::config
