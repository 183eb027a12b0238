// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/settings.hpp>

#include <cstdint>

namespace hookd::app {

/// Sends spdlog's default logger to standard error, through a thread of its own: a reader of the log that stalls
/// delays nobody. Past 8192 waiting lines the oldest are dropped. Control characters in a line, which may come from
/// strangers, are made visible, so that nobody can write a line of their own.
void start_logging(const log_settings& settings);

/// Other level and format from the next line on. Any thread; does not block.
void change_logging(const log_settings& settings);

/// Lines lost since the start. Any thread.
std::uint64_t dropped_log_lines();

/// Writes out what waits, and how many lines were left out. Blocks as long as standard error does. What is logged later
/// is lost.
void stop_logging();

} // namespace hookd::app
