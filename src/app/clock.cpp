#include "app/clock.hpp"

#ifdef HOOKD_TEST_HOOKS
#include <cstdlib>
#include <fstream>
#endif

namespace hookd::app {

#ifdef HOOKD_TEST_HOOKS
namespace {

unix_millis test_now() {
    std::int64_t seconds = 0;
    std::ifstream{std::getenv("HOOKD_TEST_CLOCK")} >> seconds;
    return unix_millis{std::chrono::seconds{seconds}};
}

} // namespace
#endif

wall_clock choose_clock() {
#ifdef HOOKD_TEST_HOOKS
    if (std::getenv("HOOKD_TEST_CLOCK") != nullptr) {
        return test_now;
    }
#endif
    return system_now;
}

} // namespace hookd::app
