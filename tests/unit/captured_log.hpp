// SPDX-License-Identifier: MIT
#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>

namespace hookd_test {

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

} // namespace hookd_test
