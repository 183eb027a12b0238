// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/settings.hpp>
#include <hookd/config/key.hpp>
#include <hookd/daemon/access_log.hpp>
#include <hookd/daemon/logging.hpp>
#include <hookd/http/server/settings.hpp>
#include <hookd/intake/settings.hpp>
#include <hookd/journal/settings.hpp>
#include <hookd/sinks/settings.hpp>

#include <vector>

namespace hookd {

/// The configuration as plain values: from the file, or the defaults that config/colivara-hookd.toml documents. Each
/// module gets only its part and never sees the file.
struct settings {
    log_settings log;
    server_settings server;
    std::vector<listener_settings> listeners;
    std::vector<endpoint_settings> endpoints;
    journal_settings journal;
    std::vector<sink_settings> sinks;
    admin_settings admin;
    rejected_settings rejected;
    access_log_settings access_log;
    config::fixed_values fixed; ///< What a reload cannot change.
};

} // namespace hookd
