// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hookd {

/// Wall-clock times, as stored and signed. Durations inside the process use std::chrono::steady_clock.
using unix_seconds = std::chrono::sys_seconds;
using unix_millis = std::chrono::sys_time<std::chrono::milliseconds>;

/// The wall clock as a parameter, so that tests can control it.
using wall_clock = unix_millis (*)();

/// The system's wall clock. Any thread.
unix_millis system_now();

/// RFC 3339, in UTC, with three decimals: `2026-11-22T22:48:01.123Z`.
std::string to_rfc3339(unix_millis time);

/// A duration as in the configuration, in the largest unit that divides it: `90s`, `5m`, `250ms`, `7d`.
std::string to_text(std::chrono::milliseconds duration);

/// A duration for people, in its two largest units: `3d4h`, `5m36s`, `12s`; below 10 s rounded down to `1.5s`, `250ms`.
std::string to_short_text(std::chrono::milliseconds duration);

/// Parses `250ms`, `10s`, `5m`, `1h`, `7d`: a whole number and a unit, nothing else. Nothing on overflow.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

} // namespace hookd
