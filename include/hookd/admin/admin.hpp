// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/settings.hpp>
#include <hookd/core/error.hpp>
#include <hookd/core/time.hpp>
#include <hookd/delivery/dispatcher.hpp>
#include <hookd/http/server/server.hpp>
#include <hookd/intake/metrics.hpp>
#include <hookd/intake/rejected_requests.hpp>
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

/// Concurrent ones, on each of the two addresses.
inline constexpr unsigned most_connections = 64;

/// The outcome of a reload.
struct reload_verdict {
    bool applied = false;
    std::string file{};                  ///< That was read; empty: none was.
    std::vector<std::string> errors;     ///< Why not, one line each; then nothing has changed.
    std::vector<std::string> warnings{}; ///< About what has changed.
};

/// The last reload; the start counts as one.
struct last_reload {
    bool applied = true;
    unix_millis at{};
};

/// A background task, which may hang in a file system that does not respond.
struct background_task {
    std::string_view name; ///< `reload` or `certificates`, or another that is not shown.
    std::chrono::steady_clock::time_point since;
};

/// What the admin server shows and controls. Everything here must outlive it. It has a thread for each of its two
/// sockets, and both may call at once; no function may block.
struct context {
    std::string version;
    wall_clock clock = nullptr;
    const http::server& server; ///< The public one.
    const intake::metrics& intake;
    const intake::rejected_requests& rejected;
    journal::event_search& events;
    journal::delivery_store& deliveries;
    const journal::storage_health& health;
    delivery::dispatcher& dispatcher;

    /// Why the daemon as a whole is not ready (starting, stopping), besides what the modules report.
    std::function<std::vector<std::string>()> not_ready;
    /// Which thread does not respond; empty: all do.
    std::function<std::optional<std::string>()> not_alive;
    std::function<last_reload()> reloaded;
    /// The running one.
    std::function<std::optional<background_task>()> task = [] { return std::optional<background_task>{}; };
    /// Starts a reload; calls back once, on any thread, possibly before it returns.
    std::function<void(std::move_only_function<void(reload_verdict)>)> reload;
    std::function<std::uint64_t()> log_lines_dropped;
    std::function<std::uint64_t()> access_log_lines_dropped;
    /// Current names that a request over TCP may be for (admin.allowed_hosts), besides localhost and any address.
    std::function<std::vector<std::string>()> allowed_hosts;
};

/// The daemon's health, metrics and control API, on two servers of one thread each: the Unix socket allows everything,
/// the TCP address only reading. Documented in docs/admin-api.md.
class administration {
public:
    virtual ~administration() = default;

    /// Recreates the Unix socket if its file was removed. Blocking; not after `drain` has returned.
    virtual result<void> open_again() = 0;

    /// Takes note of what has happened since the last call, for `/v1/rates`. To be called at least every second; any
    /// thread, does not block.
    virtual void sample() = 0;

    /// Accepts no more requests; those that wait for a reload get the error that the daemon is stopping. Blocking;
    /// once.
    virtual void drain(std::chrono::milliseconds patience) = 0;
};

/// Opens the addresses of the settings; an empty one is left out. Logs `administration on ADDRESS`.
result<std::unique_ptr<administration>> start(const admin_settings& settings, context what);

} // namespace hookd::admin
