// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/error.hpp>
#include <hookd/core/settings.hpp>
#include <hookd/core/time.hpp>
#include <hookd/delivery/dispatcher.hpp>
#include <hookd/http/server.hpp>
#include <hookd/intake/metrics.hpp>
#include <hookd/journal/delivery_store.hpp>
#include <hookd/journal/event_search.hpp>
#include <hookd/journal/storage_health.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::admin {

/// At a time, on each of the two addresses.
inline constexpr unsigned most_connections = 64;

/// What became of a reload that was asked for.
struct reload_verdict {
    bool applied = false;
    std::vector<std::string> errors; ///< Why not, a line each; then nothing has changed.
};

/// The last time that the configuration was read: the start counts as one.
struct last_reload {
    bool applied = true;
    unix_millis at{};
};

/// A task in the background, which may hang in a file that does not answer.
struct background_task {
    std::string_view name; ///< `reload` or `certificates`, or another that is not shown.
    std::chrono::steady_clock::time_point since;
};

/// What there is to be watched and asked. Everything here must outlive the administration. It has a thread for each of
/// its two sockets, and both may call at once; no function may block.
struct context {
    std::string version;
    wall_clock clock = nullptr;
    const http::server& server; ///< The public one.
    const intake::metrics& intake;
    journal::event_search& events;
    journal::delivery_store& deliveries;
    const journal::storage_health& health;
    delivery::dispatcher& dispatcher;

    /// Why the daemon as a whole is not ready (starting, stopping), beside what can be seen of the rooms.
    std::function<std::vector<std::string>()> not_ready;
    /// Which thread does not turn; nothing: all do.
    std::function<std::optional<std::string>()> not_alive;
    std::function<last_reload()> reloaded;
    /// The one under way.
    std::function<std::optional<background_task>()> task = [] { return std::optional<background_task>{}; };
    /// Begins a reload; calls back once, on any thread, also before it returns.
    std::function<void(std::move_only_function<void(reload_verdict)>)> reload;
    std::function<std::uint64_t()> log_lines_dropped;
    /// Names in force that a request over TCP may be for (admin.allowed_hosts), beside localhost and any address.
    std::function<std::vector<std::string>()> allowed_hosts;
};

/// The health, the metrics and the control API of the daemon, on two servers of one thread each: the Unix socket may do
/// everything, the TCP address may only look. docs/admin-api.md is its manual.
class administration {
public:
    virtual ~administration() = default;

    /// Makes again what has lost its name: the Unix socket, where somebody has removed it. Blocking; not after `drain`
    /// has returned.
    virtual result<void> open_again() = 0;

    /// Takes no more requests; who waits for a reload is told that the daemon is stopping. Blocking; once.
    virtual void drain(std::chrono::milliseconds patience) = 0;
};

/// Opens what the settings name; an empty one is left out. The log says `administration on ADDRESS`.
result<std::unique_ptr<administration>> start(const admin_settings& settings, context what);

} // namespace hookd::admin
