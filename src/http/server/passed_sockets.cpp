// SPDX-License-Identifier: MIT
#include "http/server/passed_sockets.hpp"

#include <hookd/core/address.hpp>
#include <hookd/http/server/server.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace hookd::http {

namespace {

constexpr int first_passed_descriptor = 3;       // sd_listen_fds(3)
constexpr std::string_view nameless = "unknown"; // sd_listen_fds_with_names(3)

std::string_view variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

/// Its address, for a message.
std::string local_address(int descriptor) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &length) != 0) {
        return "not a socket";
    }
    if (storage.ss_family == AF_UNIX) {
        const auto& local = reinterpret_cast<const sockaddr_un&>(storage);
        return std::string{"unix:"} + std::string{local.sun_path, strnlen(local.sun_path, sizeof local.sun_path)};
    }
    const auto address = ip_address::from(reinterpret_cast<const sockaddr*>(&storage));
    // the port is at the same place in both families
    const auto port = std::to_string(ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port));
    const auto host = address ? address->text() : "?";
    return (host.contains(':') ? '[' + host + ']' : host) + ':' + port;
}

} // namespace

std::vector<passed_socket> passed_sockets() {
    if (variable("LISTEN_PID") != std::to_string(getpid())) {
        return {};
    }
    const auto digits = variable("LISTEN_FDS");
    int count = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), count);
    auto names = variable("LISTEN_FDNAMES");
    std::vector<passed_socket> sockets;
    for (int i = 0; i < count && fcntl(first_passed_descriptor + i, F_GETFD) >= 0; ++i) {
        const auto colon = std::min(names.find(':'), names.size());
        const auto name = names.substr(0, colon);
        sockets.push_back(
            {.descriptor = first_passed_descriptor + i, .name = std::string{name.empty() ? nameless : name}});
        names.remove_prefix(std::min(colon + 1, names.size()));
    }
    return sockets;
}

std::vector<std::string> report_unused_sockets(std::span<const listener_settings> listeners) {
    std::vector<std::string> unused;
    for (const auto& each : passed_sockets()) {
        const auto address = "systemd:" + each.name;
        if (std::ranges::find(listeners, address, &listener_settings::address) == listeners.end()) {
            unused.push_back("systemd passed a socket that no listener uses (" + local_address(each.descriptor) +
                             "): add a [[listener]] with address = \"" + address +
                             "\", or remove it from the socket unit");
        }
    }
    return unused;
}

} // namespace hookd::http
