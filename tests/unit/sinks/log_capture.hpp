#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>

namespace sinks_test {

/// Takes what is logged while it lives.
class log_capture {
public:
    log_capture() : before_(spdlog::default_logger()) {
        auto to = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
        auto logger = std::make_shared<spdlog::logger>("capture", std::move(to));
        logger->set_pattern("%v");
        spdlog::set_default_logger(std::move(logger));
    }
    log_capture(const log_capture&) = delete;
    log_capture& operator=(const log_capture&) = delete;
    ~log_capture() { spdlog::set_default_logger(before_); }

    std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> before_;
};

} // namespace sinks_test
