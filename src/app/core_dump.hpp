// SPDX-License-Identifier: MIT
#pragma once

namespace hookd::app {

/// Before OpenSSL is first used: the keys that it holds lie where core dumps do not reach, and what it frees is
/// overwritten. `secret` does the same for those that are the daemon's own.
void keep_secrets_out_of_core_dumps();

} // namespace hookd::app
