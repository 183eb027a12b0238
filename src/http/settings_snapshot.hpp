// SPDX-License-Identifier: MIT
#pragma once

#include "http/tls_context.hpp"

#include <hookd/core/settings.hpp>
#include <hookd/http/server.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::http {

/// One listener, as every thread sees it. Never changes: a reload puts another in its place.
struct listener {
    listener_settings settings;
    tls_context tls; ///< Null: plain HTTP.
    std::string bound;
    std::string key; ///< What it is known by from reload to reload: its address, and how many have the same before it.
};
using listener_ptr = std::shared_ptr<const listener>;

/// What one thread serves requests under. A reload replaces it whole; a request keeps the one it began with.
struct settings_snapshot {
    server_settings limits;
    std::vector<listener_ptr> listeners;
    std::shared_ptr<handler> requests; ///< The thread's own.

    /// The listener that has taken the place of the one with this key; null: there is none any more.
    listener_ptr find(std::string_view key) const {
        const auto found = std::ranges::find(listeners, key, &listener::key);
        return found == listeners.end() ? nullptr : *found;
    }
};
using snapshot_ptr = std::shared_ptr<const settings_snapshot>;

} // namespace hookd::http
