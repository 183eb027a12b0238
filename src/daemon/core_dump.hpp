// SPDX-License-Identifier: MIT
#pragma once

namespace hookd::daemon {

/// Call before OpenSSL is used: its keys are then kept in memory that core dumps do not contain, and freed memory is
/// overwritten. `secret` does the same for the daemon's own secrets.
void keep_secrets_out_of_core_dumps();

} // namespace hookd::daemon
