// SPDX-License-Identifier: MIT
#include "environment.hpp"

#include <hookd/core/escape.hpp>
#include <hookd/core/log_line.hpp>
#include <hookd/daemon/logging.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace hookd::daemon {

namespace {

/// What is written to standard error while the log is open. `journal`: as if systemd's journal read it.
std::string logged(log_format format, const std::string& message, bool journal = false, const log_fields& fields = {}) {
    const auto before = spdlog::default_logger();
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::tmpfile(), std::fclose};
    std::fflush(stderr);
    const int kept = dup(STDERR_FILENO);
    dup2(fileno(file.get()), STDERR_FILENO);
    struct stat own{};
    fstat(STDERR_FILENO, &own);
    const auto stream = std::to_string(own.st_dev) + ':' + std::to_string(own.st_ino + (journal ? 0 : 1));
    const hookd_test::environment variables{{{"JOURNAL_STREAM", stream.c_str()}}};
    start_logging({.level = log_level::info, .format = format});
    log_line(spdlog::level::warn, fields, message);
    stop_logging();
    write_log_fields_as_json(false);
    dup2(kept, STDERR_FILENO);
    close(kept);
    spdlog::set_default_logger(before);
    std::string text(4096, '\0');
    text.resize(static_cast<std::size_t>(pread(fileno(file.get()), text.data(), text.size(), 0)));
    return text;
}

const std::string hostile =
    "hook: \x1b[31m\x07\r\n2026 error FAKE\x7f\u009b2J\u0085\u061c\u2028\u202e\u2066\ufeff\xff end ä";

} // namespace

TEST_CASE("a detached thread may log after the log has ended") {
    const auto before = spdlog::default_logger();
    start_logging({.level = log_level::warning, .format = log_format::text});
    stop_logging();
    CHECK_NOTHROW(spdlog::warn("too late"));
    CHECK(dropped_log_lines() == 0);
    spdlog::set_default_logger(before);
}

TEST_CASE("log: whatever a message quotes, it is one line, and controls no terminal") {
    const auto line = logged(log_format::text, hostile);
    CHECK(line.ends_with(" warning hook: \\x1b[31m\\x07\\x0d\\x0a2026 error FAKE\\x7f\\x9b2J\\x85\\u061c\\u2028\\u202e"
                         "\\u2066\\ufeff\\xff end ä\n"));
    CHECK(escaped_paragraph(line) == line);
}

TEST_CASE("log: in JSON, too, and the message is what was logged but for bytes that no JSON can have") {
    const auto line = logged(log_format::json, hostile);
    CHECK(escaped_paragraph(line) == line);
    CHECK(line.find('\n') == line.size() - 1);
    auto wanted = hostile;
    wanted.replace(wanted.find('\xff'), 1, "\ufffd");
    CHECK(nlohmann::json::parse(line)["message"] == wanted);
}

TEST_CASE("log: in JSON, fields are members beside the message, which cannot forge them") {
    const std::string_view client = "192.0.2.1\"\n}";
    const auto line = logged(log_format::json, hostile + "{\"status\":1}", false,
                             {.shown = {{"client", client}}, .others = {{"status", std::uint64_t{401}}}});
    CHECK(line.find('\n') == line.size() - 1);
    const auto read = nlohmann::json::parse(line);
    CHECK(read["client"] == client);
    CHECK(read["status"] == 401);
    CHECK(read["message"].get<std::string>().ends_with("end ä{\"status\":1}"));
    CHECK(
        logged(log_format::text, "hello", false, {.shown = {{"client", "a"}}}).ends_with(" warning hello; client=a\n"));
}

TEST_CASE("log: systemd's journal gets the severity, and no second time stamp") {
    CHECK(logged(log_format::text, "hello\nworld", true) == "<4>hello\\x0aworld\n");
    CHECK(logged(log_format::json, "hello", true).starts_with("{\"time\":"));
    CHECK_FALSE(logged(log_format::text, "hello").starts_with("<4>"));
}

} // namespace hookd::daemon
