#pragma once

#include <string_view>

#ifdef HOOKD_TEST_HOOKS
#include <cstdlib>
#endif

namespace hookd {

/// Whether the daemon is to break the promise called `name`, so that a test can see the proof of that promise fail.
/// Only in builds with HOOKD_TEST_HOOKS, where HOOKD_SABOTAGE in the environment names it; a release has none of this.
inline bool sabotaged([[maybe_unused]] std::string_view name) {
#ifdef HOOKD_TEST_HOOKS
    static const char* const chosen = std::getenv("HOOKD_SABOTAGE");
    return chosen != nullptr && name == chosen;
#else
    return false;
#endif
}

} // namespace hookd
