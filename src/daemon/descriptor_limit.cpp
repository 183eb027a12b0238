// SPDX-License-Identifier: MIT
#include "daemon/descriptor_limit.hpp"

#include <hookd/admin/admin.hpp>
#include <hookd/core/open_files.hpp>
#include <hookd/http/server/server.hpp>
#include <hookd/sinks/background_hooks.hpp>

#include <algorithm>

namespace hookd::daemon {

namespace {

/// The journal, the log, certificates and the configuration while they are read, and connections that move from one I/O
/// thread to another.
constexpr rlim_t of_the_process = 96;
/// An event loop's own; and for each listener its socket, and a connection that is not admitted yet.
constexpr rlim_t of_a_thread = 4;
constexpr rlim_t of_a_thread_and_listener = 2;
/// An event loop's and a listener's, besides its connections.
constexpr rlim_t of_an_administration = 8;
/// A file or an event loop; and for each delivery the pipes to a hook and its process, or a connection and a DNS
/// lookup.
constexpr rlim_t of_a_sink = 8;
constexpr rlim_t of_a_delivery = 8;
/// The pipes of background processes of hooks, and the event loop that reads them.
constexpr rlim_t of_background_hooks = 2 * sinks::most_background_hooks + 4;
/// At least one descriptor in four is for connections, however many the rest may need: clients are served.
constexpr rlim_t connections_have_one_in = 4;

/// All but the connections' descriptors.
rlim_t reserve(const settings& wanted) {
    constexpr rlim_t administrations = 2; // over TCP and a Unix socket
    rlim_t sum =
        of_the_process + of_background_hooks + administrations * (admin::most_connections + of_an_administration);
    sum += http::thread_count(wanted.server) * (of_a_thread + of_a_thread_and_listener * wanted.listeners.size());
    for (const auto& sink : wanted.sinks) {
        sum += of_a_sink + of_a_delivery * sink.concurrency;
    }
    return sum;
}

rlim_t needed(const settings& wanted) {
    return reserve(wanted) + wanted.server.max_connections;
}

unsigned admitted(const settings& wanted, rlim_t limit) {
    const auto kept = reserve(wanted);
    const auto left = std::max(limit > kept ? limit - kept : 0, limit / connections_have_one_in);
    return static_cast<unsigned>(std::min<rlim_t>(wanted.server.max_connections, left));
}

} // namespace

server_settings within_descriptor_limit(const settings& wanted) {
    const auto limit = raise_file_limit(needed(wanted));
    auto server = wanted.server;
    server.max_connections = admitted(wanted, limit);
    return server;
}

std::optional<std::string> descriptor_warning(const settings& wanted) {
    const auto limit = inherited_file_limit().rlim_max;
    if (limit >= needed(wanted)) {
        return std::nullopt;
    }
    return "server.max_connections is " + std::to_string(wanted.server.max_connections) +
           ", but the process may open only " + std::to_string(limit) + " files, of which up to " +
           std::to_string(reserve(wanted)) + " are needed for other purposes: at most " +
           std::to_string(admitted(wanted, limit)) + " connections are accepted; raise LimitNOFILE to " +
           std::to_string(needed(wanted)) + " or lower max_connections";
}

} // namespace hookd::daemon
