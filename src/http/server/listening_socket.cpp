// SPDX-License-Identifier: MIT
#include "http/server/listening_socket.hpp"

#include "http/server/passed_sockets.hpp"

#include <hookd/core/address.hpp>
#include <hookd/core/unique_fd.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace hookd::http {

namespace {

constexpr mode_t unix_socket_mode = 0660;

struct socket_address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage); }
};

error system_error(std::string_view address, std::string_view what, std::string_view hint = {}) {
    std::string message{"cannot listen on "};
    message.append(address).append(": ").append(what).append(": ").append(std::strerror(errno));
    if (!hint.empty()) {
        message.append("; ").append(hint);
    }
    return {std::move(message)};
}

std::optional<socket_address> parse_tcp(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    auto host = text.substr(0, colon);
    const auto port = parse_port(text.substr(colon + 1));
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    const auto parsed = ip_address::parse(host);
    if (!port || !parsed) {
        return std::nullopt;
    }
    socket_address address;
    if (parsed->is_v4() && !bracketed) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(*port);
        std::memcpy(&v4.sin_addr, parsed->bytes().data() + 12, sizeof v4.sin_addr);
        address.length = sizeof v4;
    } else {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(*port);
        std::memcpy(&v6.sin6_addr, parsed->bytes().data(), sizeof v6.sin6_addr);
        address.length = sizeof v6;
    }
    return address;
}

void set_flag(int fd, int level, int option) {
    const int on = 1;
    setsockopt(fd, level, option, &on, sizeof on);
}

std::string text_of(const socket_address& address) {
    if (address.storage.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
        const auto host = ntohl(v4.sin_addr.s_addr);
        return std::to_string(host >> 24U) + '.' + std::to_string(host >> 16U & 0xffU) + '.' +
               std::to_string(host >> 8U & 0xffU) + '.' + std::to_string(host & 0xffU) + ':' +
               std::to_string(ntohs(v4.sin_port));
    }
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
    std::array<char, INET6_ADDRSTRLEN> host{};
    inet_ntop(AF_INET6, &v6.sin6_addr, host.data(), host.size());
    return '[' + std::string{host.data()} + "]:" + std::to_string(ntohs(v6.sin6_port));
}

/// Sockets with SO_REUSEPORT share an address with those of all programs of the same user: a second daemon would
/// silently take some of the first one's connections. Binding a socket without it shows whether somebody listens.
bool is_taken(const socket_address& address) {
    const unique_fd probe{socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    set_flag(probe.get(), SOL_SOCKET, SO_REUSEADDR);
    if (address.storage.ss_family == AF_INET6) {
        set_flag(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY);
    }
    return bind(probe.get(), address.data(), address.length) != 0 && errno == EADDRINUSE;
}

std::string_view port_of(std::string_view address) {
    return address.substr(address.rfind(':') + 1);
}

result<listening_sockets> open_tcp(std::string_view text, unsigned count, std::span<const std::string> own) {
    auto address = parse_tcp(text);
    if (!address) {
        return std::unexpected{
            error{"cannot listen on " + std::string{text} +
                  ": invalid address: expected a numeric address:port, [v6]:port, unix:/path or systemd:NAME"}};
    }
    const bool beside_own = std::ranges::find(own, port_of(text), port_of) != own.end();
    if (!beside_own && is_taken(*address)) {
        return std::unexpected{system_error(text, "bind", "stop the program that listens there, or use another port")};
    }
    listening_sockets opened;
    for (unsigned i = 0; i < count; ++i) {
        unique_fd& socket = opened.descriptors.emplace_back(
            ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (socket.get() < 0) {
            return std::unexpected{system_error(text, "socket")};
        }
        set_flag(socket.get(), SOL_SOCKET, SO_REUSEADDR);
        set_flag(socket.get(), SOL_SOCKET, SO_REUSEPORT);
        if (address->storage.ss_family == AF_INET6) {
            // Independent of net.ipv6.bindv6only: 0.0.0.0 and [::] can be used together, and a line is one socket.
            set_flag(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY);
        }
        if (bind(socket.get(), address->data(), address->length) != 0) {
            return std::unexpected{system_error(
                text, "bind", "does the address belong to this machine, and is the port above 1023 or permitted?")};
        }
        if (listen(socket.get(), SOMAXCONN) != 0) {
            return std::unexpected{system_error(text, "listen")};
        }
        getsockname(socket.get(), address->data(), &address->length); // port 0: the others use the chosen port
    }
    opened.bound = text_of(*address);
    return opened;
}

result<listening_sockets> duplicated(std::string_view text, unique_fd socket, unsigned count) {
    listening_sockets opened;
    opened.bound = text;
    for (unsigned i = 1; i < count; ++i) {
        if (opened.descriptors.emplace_back(fcntl(socket.get(), F_DUPFD_CLOEXEC, 0)).get() < 0) {
            return std::unexpected{system_error(text, "dup")};
        }
    }
    opened.descriptors.push_back(std::move(socket));
    return opened;
}

/// Whether the path is a socket on which nobody listens any more.
bool is_stale(const socket_address& address, const std::string& path) {
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return false;
    }
    // Without waiting: a full backlog also means that somebody listens.
    const unique_fd probe{socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    return probe.get() >= 0 && connect(probe.get(), address.data(), address.length) != 0 && errno == ECONNREFUSED;
}

result<listening_sockets> open_unix(std::string_view text, unsigned count) {
    const std::string path{text.substr(std::strlen("unix:"))};
    socket_address address;
    auto& local = reinterpret_cast<sockaddr_un&>(address.storage);
    if (path.size() >= sizeof local.sun_path) {
        return std::unexpected{error{"cannot listen on " + std::string{text} + ": the path is longer than 107 bytes"}};
    }
    local.sun_family = AF_UNIX;
    std::ranges::copy(path, local.sun_path);
    address.length = sizeof local;
    if (is_stale(address, path)) {
        unlink(path.c_str());
    }
    unique_fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (socket.get() < 0) {
        return std::unexpected{system_error(text, "socket")};
    }
    if (bind(socket.get(), address.data(), address.length) != 0) {
        return std::unexpected{
            system_error(text, "bind", "does its directory exist, and is no other program using it?")};
    }
    chmod(path.c_str(), unix_socket_mode);
    if (listen(socket.get(), SOMAXCONN) != 0) {
        return std::unexpected{system_error(text, "listen")};
    }
    auto opened = duplicated(text, std::move(socket), count);
    if (opened) {
        opened->file.emplace(path);
    }
    return opened;
}

/// All sockets from systemd with this name: one for each ListenStream= of a unit.
result<listening_sockets> open_passed(std::string_view text, unsigned count) {
    const auto name = text.substr(std::strlen("systemd:"));
    listening_sockets opened;
    opened.bound = text;
    for (const auto& passed : passed_sockets()) {
        if (passed.name != name) {
            continue;
        }
        int listening = 0;
        socklen_t size = sizeof listening;
        if (getsockopt(passed.descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening != 1) {
            return std::unexpected{
                error{"cannot listen on " + std::string{text} +
                      ": the socket from systemd is not a listening stream socket; use ListenStream="}};
        }
        fcntl(passed.descriptor, F_SETFL, fcntl(passed.descriptor, F_GETFL) | O_NONBLOCK);
        for (unsigned i = 0; i < count; ++i) {
            if (opened.descriptors.emplace_back(fcntl(passed.descriptor, F_DUPFD_CLOEXEC, 0)).get() < 0) {
                return std::unexpected{system_error(text, "dup")};
            }
        }
    }
    if (opened.descriptors.empty()) {
        return std::unexpected{
            error{"cannot listen on " + std::string{text} +
                  ": systemd passed no socket with this name; set FileDescriptorName= in the socket unit"}};
    }
    return opened;
}

} // namespace

socket_file::socket_file(std::string path) : path_{std::move(path)} {
    struct stat status{};
    if (lstat(path_.c_str(), &status) == 0) {
        device_ = status.st_dev;
        number_ = status.st_ino;
    }
}

bool socket_file::is_there() const {
    struct stat status{};
    return lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == number_;
}

void socket_file::remove() const {
    if (is_there()) {
        unlink(path_.c_str());
    }
}

result<listening_sockets> open_listening_sockets(std::string_view address, unsigned count,
                                                 std::span<const std::string> own) {
    if (address.starts_with("unix:")) {
        return open_unix(address, count);
    }
    if (address.starts_with("systemd:")) {
        return open_passed(address, count);
    }
    return open_tcp(address, count, own);
}

} // namespace hookd::http
