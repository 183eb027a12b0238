// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/unique_fd.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hookd::app {

/// What the daemon tells systemd, by the datagrams that sd_notify(3) documents. Does nothing where nobody has asked for
/// it. Any thread.
class service_manager {
public:
    service_manager();

    void ready(std::string_view status) const;
    /// `ready` ends it, whatever has come of the reload.
    void reloading() const;
    void stopping(std::string_view status) const;
    /// Feeds the watchdog, where there is one.
    void alive() const;

    /// Within this time `alive` wants to be called again and again (sd_watchdog_enabled(3)); nothing: never.
    std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

private:
    void send(std::string_view message) const;

    std::string address_; // empty: nobody listens
    std::optional<std::chrono::microseconds> watchdog_;
    unique_fd socket_;                      // from the start: at a stop there may be no descriptor to be had
    mutable std::atomic<bool> told_{false}; // that nobody listens
};

} // namespace hookd::app
