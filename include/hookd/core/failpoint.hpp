// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#ifdef HOOKD_TEST_HOOKS
#include <cstdlib>
#endif

namespace hookd {

/// Whether the daemon is to break the guarantee that the failpoint `name` stands for, so that a test can see the proof
/// of that guarantee fail. Only in builds with HOOKD_TEST_HOOKS, where HOOKD_FAILPOINT in the environment names it;
/// what people run has none of this.
inline bool failpoint([[maybe_unused]] std::string_view name) {
#ifdef HOOKD_TEST_HOOKS
    static const char* const chosen = std::getenv("HOOKD_FAILPOINT");
    return chosen != nullptr && name == chosen;
#else
    return false;
#endif
}

} // namespace hookd
