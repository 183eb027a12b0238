// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/http_message.hpp>

#include <string>

namespace hookd::admin {

/// Who controls the daemon, for the log: the user of the process at the other end of the Unix socket. Without a name,
/// because looking it up may block.
inline std::string operator_of(const request& what) {
    return what.user ? "user id " + std::to_string(*what.user) : "an unknown user";
}

} // namespace hookd::admin
