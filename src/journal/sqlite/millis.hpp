// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/time.hpp>

#include <cstdint>

/// Times as columns.
namespace hookd::journal {

inline unix_millis from_millis(std::int64_t value) {
    return unix_millis(std::chrono::milliseconds(value));
}
inline std::int64_t to_millis(unix_millis value) {
    return value.time_since_epoch().count();
}

} // namespace hookd::journal
