// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/unique_fd.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::daemon {

/// Notifies systemd with the datagrams of sd_notify(3). Does nothing without NOTIFY_SOCKET. Any thread.
class service_manager {
public:
    service_manager();

    void ready(std::string_view status) const;
    /// `ready` ends it, whatever the result of the reload.
    void reloading() const;
    void stopping(std::string_view status) const;
    /// Notifies the watchdog, if there is one.
    void alive() const;

    /// `alive` must be called at least this often (sd_watchdog_enabled(3)); empty: never.
    std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

private:
    void send(std::string_view message) const;

    std::string address_; // empty: none
    std::optional<std::chrono::microseconds> watchdog_;
    unique_fd socket_;                      // from the start: at a stop there may be no free descriptor
    mutable std::atomic<bool> told_{false}; // the warning was logged
};

} // namespace hookd::daemon
