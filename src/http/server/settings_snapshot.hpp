// SPDX-License-Identifier: MIT
#pragma once

#include "http/server/tls_context.hpp"

#include <hookd/http/server/server.hpp>
#include <hookd/http/server/settings.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::http {

/// A listener as seen by every thread. Never changes: a reload replaces it.
struct listener {
    listener_settings settings;
    tls_context tls; ///< Null: plain HTTP.
    std::string bound;
    std::string key; ///< Identifies it across reloads: its address, and how many listeners before it have the same.
};
using listener_ptr = std::shared_ptr<const listener>;

/// The settings with which a thread serves requests. A reload replaces it; a request keeps the one it began with.
struct settings_snapshot {
    server_settings limits;
    std::vector<listener_ptr> listeners;
    std::shared_ptr<handler> requests; ///< Of this thread.

    /// The current listener with this key; null if it was removed.
    listener_ptr find(std::string_view key) const {
        const auto found = std::ranges::find(listeners, key, &listener::key);
        return found == listeners.end() ? nullptr : *found;
    }
};
using snapshot_ptr = std::shared_ptr<const settings_snapshot>;

} // namespace hookd::http
