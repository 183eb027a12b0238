// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#ifdef HOOKD_TEST_HOOKS
#include <cstdlib>
#endif

namespace hookd {

/// Whether the failpoint `name` is set: the daemon then breaks a guarantee, so that a test can check that the proof of
/// that guarantee fails. Only in builds with HOOKD_TEST_HOOKS, by the environment variable HOOKD_FAILPOINT; releases do
/// not have it.
inline bool failpoint([[maybe_unused]] std::string_view name) {
#ifdef HOOKD_TEST_HOOKS
    static const char* const chosen = std::getenv("HOOKD_FAILPOINT");
    return chosen != nullptr && name == chosen;
#else
    return false;
#endif
}

} // namespace hookd
