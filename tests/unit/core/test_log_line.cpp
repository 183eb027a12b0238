// SPDX-License-Identifier: MIT
#include "captured_log.hpp"

#include <hookd/core/log_line.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace hookd;

TEST_CASE("log line: in text, the fields follow the message, without those that it says itself") {
    hookd_test::captured_log captured;
    log_line(spdlog::level::warn,
             {.shown = {{"path", quoted_text{"/a\"b"}}, {"client", "192.0.2.1"}, {"id", ""}},
              .others = {{"status", std::uint64_t{404}}}},
             "404 refused: {}", "why");
    CHECK(captured.take() == "warning 404 refused: why; path=\"/a\\\"b\" client=192.0.2.1 id=-\n");
    log_line(spdlog::level::info, {.others = {{"sink", "a"}}}, "sink a: available");
    CHECK(captured.take() == "info sink a: available\n");
}

TEST_CASE("log line: as JSON, all fields but empty ones are an object behind the message") {
    hookd_test::captured_log captured;
    write_log_fields_as_json(true);
    log_line(spdlog::level::warn,
             {.shown = {{"path", quoted_text{"/a\"b"}}, {"id", ""}}, .others = {{"status", std::uint64_t{0}}}},
             "404 refused");
    log_line(spdlog::level::info, {.shown = {{"id", ""}}}, "nothing");
    write_log_fields_as_json(false);
    CHECK(captured.take() == "warning 404 refused{\"path\":\"/a\\\"b\",\"status\":0}\ninfo nothing\n");
}
