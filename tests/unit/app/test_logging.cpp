#include "app/logging.hpp"

#include <catch2/catch.hpp>
#include <spdlog/spdlog.h>

namespace hookd::app {

TEST_CASE("a thread that was left behind may log after the log's end") {
    const auto before = spdlog::default_logger();
    start_logging({.level = log_level::warning, .format = log_format::text});
    stop_logging();
    CHECK_NOTHROW(spdlog::warn("too late"));
    CHECK(dropped_log_lines() == 0);
    spdlog::set_default_logger(before);
}

} // namespace hookd::app
