// SPDX-License-Identifier: MIT
#include "daemon/service_manager.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace hookd::daemon {

namespace {

/// A longer one is not plausible, and some arithmetic would overflow.
constexpr std::chrono::microseconds longest_watchdog = std::chrono::hours{24 * 365};

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::optional<std::chrono::microseconds> watchdog_time() {
    const auto time = variable("WATCHDOG_USEC");
    const auto process = variable("WATCHDOG_PID");
    std::int64_t microseconds = 0;
    std::from_chars(time.data(), time.data() + time.size(), microseconds);
    if (microseconds <= 0 || microseconds > longest_watchdog.count() ||
        (!process.empty() && process != std::to_string(getpid()))) {
        return std::nullopt;
    }
    return std::chrono::microseconds{microseconds};
}

/// RELOADING=1 needs the time of CLOCK_MONOTONIC (sd_notify(3)).
std::string monotonic_microseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000);
}

} // namespace

service_manager::service_manager()
    : address_{variable("NOTIFY_SOCKET")}, watchdog_{watchdog_time()},
      socket_{address_.empty() ? -1 : ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {}

void service_manager::ready(std::string_view status) const {
    std::string line{status};
    std::ranges::replace(line, '\n', ' '); // each line is a variable
    send("READY=1\nSTATUS=" + line);
}

void service_manager::reloading() const {
    send("RELOADING=1\nSTATUS=reloading\nMONOTONIC_USEC=" + monotonic_microseconds());
}

void service_manager::stopping(std::string_view status) const {
    send(std::string{"STOPPING=1\nSTATUS="}.append(status));
}

void service_manager::alive() const {
    if (watchdog_) {
        send("WATCHDOG=1");
    }
}

void service_manager::send(std::string_view message) const {
    sockaddr_un to{};
    if (address_.empty() || address_.size() >= sizeof to.sun_path) {
        return;
    }
    to.sun_family = AF_UNIX;
    std::ranges::copy(address_, to.sun_path);
    if (to.sun_path[0] == '@') {
        to.sun_path[0] = '\0'; // the abstract namespace, unix(7)
    }
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    const bool sent = sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&to), length) >= 0;
    if (!sent && !told_.exchange(true)) {
        spdlog::warn("cannot notify the service manager: {}", std::strerror(errno));
    }
}

} // namespace hookd::daemon
