// SPDX-License-Identifier: MIT
#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace sinks_test {

/// Takes what is logged while it lives, by any thread.
class log_capture {
public:
    log_capture() : before_(spdlog::default_logger()) {
        auto logger = std::make_shared<spdlog::logger>("capture", kept_);
        logger->set_pattern("%v");
        spdlog::set_default_logger(std::move(logger));
    }
    log_capture(const log_capture&) = delete;
    log_capture& operator=(const log_capture&) = delete;
    ~log_capture() { spdlog::set_default_logger(before_); }

    std::string text() const { return kept_->text(); }
    /// Waits until it is there. False: it has not come in ten seconds.
    bool comes(std::string_view wanted) const { return kept_->comes(wanted); }
    /// Who logs the next line with this in it gets an exception.
    void fail_at(std::string text) { kept_->fail_at(std::move(text)); }

private:
    class lines final : public spdlog::sinks::base_sink<std::mutex> {
    public:
        std::string text() {
            const std::lock_guard lock{mutex_};
            return text_;
        }
        bool comes(std::string_view wanted) {
            std::unique_lock lock{mutex_};
            return grown_.wait_for(lock, std::chrono::seconds(10), [&] { return text_.contains(wanted); });
        }
        void fail_at(std::string text) {
            const std::lock_guard lock{mutex_};
            fail_at_ = std::move(text);
        }

    private:
        void sink_it_(const spdlog::details::log_msg& message) override {
            spdlog::memory_buf_t line;
            formatter_->format(message, line);
            if (!fail_at_.empty() && std::string_view{line.data(), line.size()}.contains(fail_at_)) {
                fail_at_.clear();
                throw 1; // spdlog hands on what is no std::exception
            }
            text_.append(line.data(), line.size());
            grown_.notify_all();
        }
        void flush_() override {}

        std::string text_;
        std::string fail_at_;
        std::condition_variable grown_;
    };

    std::shared_ptr<lines> kept_ = std::make_shared<lines>();
    std::shared_ptr<spdlog::logger> before_;
};

} // namespace sinks_test
