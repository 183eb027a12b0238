// SPDX-License-Identifier: MIT
#include <hookd/daemon/clock.hpp>

#include <cstdlib>
#include <fstream>

namespace hookd::daemon {

namespace {

unix_millis test_now() {
    std::int64_t seconds = 0;
    std::ifstream{std::getenv("HOOKD_TEST_CLOCK")} >> seconds;
    return unix_millis{std::chrono::seconds{seconds}};
}

} // namespace

wall_clock choose_clock() {
    return std::getenv("HOOKD_TEST_CLOCK") != nullptr ? test_now : system_now;
}

} // namespace hookd::daemon
