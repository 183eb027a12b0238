#include "delivery/lane_log.hpp"

#include <catch2/catch.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <sstream>

using namespace std::chrono_literals;
using hookd::delivery::lane_log;
using hookd::delivery::steady_time;

namespace {

/// spdlog's default logger writes here for as long as this lives.
class captured_log {
public:
    captured_log() : before_{spdlog::default_logger()} {
        auto logger =
            std::make_shared<spdlog::logger>("captured", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
        logger->set_pattern("%l %v");
        spdlog::set_default_logger(std::move(logger));
    }
    ~captured_log() { spdlog::set_default_logger(before_); }
    captured_log(const captured_log&) = delete;
    captured_log& operator=(const captured_log&) = delete;

    std::string take() {
        auto text = text_.str();
        text_.str({});
        return text;
    }

private:
    std::shared_ptr<spdlog::logger> before_;
    std::ostringstream text_;
};

constexpr steady_time start{1h};

} // namespace

TEST_CASE("log: a sink that stops working is told with the reason, and so is that it works again") {
    captured_log captured;
    lane_log log{"audit"};
    log.worked(start);
    CHECK(captured.take().empty());
    log.unavailable("No space left on device\nreally", start);
    CHECK(captured.take() == "warning sink audit: unavailable, its events wait: No space left on device really\n");
    log.worked(start + 90s);
    CHECK(captured.take() == "info sink audit: works again after 90s\n");
}

TEST_CASE("log: a sink that is down for long fills no disk") {
    captured_log captured;
    lane_log log{"audit"};
    for (int i = 0; i < 1000; ++i) {
        log.unavailable("gone", start + i * 100ms);
    }
    const auto text = captured.take();
    CHECK(std::ranges::count(text, '\n') <= 12);
    CHECK_THAT(text, Catch::Contains("unavailable for 60s") && Catch::Contains("lines like this were left out"));
}

TEST_CASE("log: every dead letter is told, with endpoint, id, sink and reason") {
    captured_log captured;
    lane_log log{"team"};
    hookd::event what;
    what.endpoint = "colivara";
    what.id = "msg_1";
    for (int i = 0; i < 100; ++i) {
        log.failed(what, {.sequence = 1, .attempts = 16, .next_try = {}, .dead = true, .detail = "exit 3"}, 0ms, start);
    }
    const auto text = captured.take();
    CHECK(std::ranges::count(text, '\n') == 100);
    CHECK_THAT(text, Catch::StartsWith("error sink team: event msg_1 of endpoint colivara is a dead letter after 16 "
                                       "attempt(s): exit 3\n"));
}

TEST_CASE("log: events that are tried again are told a few times a minute") {
    captured_log captured;
    lane_log log{"team"};
    hookd::event what;
    what.endpoint = "colivara";
    what.id = "msg_1";
    for (int i = 0; i < 100; ++i) {
        log.failed(what, {.sequence = 1, .attempts = 1, .next_try = {}, .dead = false, .detail = "exit 3"}, 1500ms,
                   start);
    }
    const auto text = captured.take();
    CHECK(std::ranges::count(text, '\n') <= 6);
    CHECK_THAT(text, Catch::StartsWith("warning sink team: event msg_1 of endpoint colivara failed in attempt 1, next "
                                       "in 1500 ms: exit 3\n"));
}
