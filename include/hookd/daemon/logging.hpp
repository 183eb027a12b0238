// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>

#include <cstdint>

namespace hookd {

enum class log_level : std::uint8_t { trace, debug, info, warning, error };
enum class log_format : std::uint8_t { text, json };

struct log_settings {
    log_level level = log_level::info;
    log_format format = log_format::text;

    bool operator==(const log_settings&) const = default;
};

} // namespace hookd

namespace hookd::daemon {

log_settings read_log(config::table keys);

/// Sends spdlog's default logger to standard error, through a thread of its own: a reader of the log that stalls delays
/// no other thread. Past 8192 queued lines the oldest are dropped. Control characters in a line, which may come from
/// clients, are escaped, so that no client can forge a line.
void start_logging(const log_settings& settings);

/// Changes level and format from the next line on. Any thread; does not block.
void change_logging(const log_settings& settings);

/// Lines dropped since the start. Any thread.
std::uint64_t dropped_log_lines();

/// Writes queued lines, and how many were suppressed or dropped. Blocks as long as standard error does. Later lines are
/// lost.
void stop_logging();

} // namespace hookd::daemon
