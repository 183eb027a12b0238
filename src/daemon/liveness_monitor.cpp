// SPDX-License-Identifier: MIT
#include "daemon/liveness_monitor.hpp"

#include <hookd/core/time.hpp>

#include <spdlog/spdlog.h>

#include <utility>

namespace hookd::daemon {

void liveness_monitor::found(std::string_view who, std::chrono::milliseconds silence) {
    if (silence > limit_ && finding_.empty()) {
        finding_ = std::string{who} + " has not responded for " + to_short_text(silence);
    }
}

bool liveness_monitor::looked() {
    auto found = std::exchange(finding_, {});
    const mutex_lock lock{mutex_};
    if (!found.empty() && error_.empty()) {
        spdlog::critical("{}", found);
    } else if (found.empty() && !error_.empty()) {
        spdlog::warn("all threads respond again");
    }
    error_ = std::move(found);
    looked_ = clock::now();
    return error_.empty();
}

std::optional<std::string> liveness_monitor::error() const {
    const mutex_lock lock{mutex_};
    if (!error_.empty()) {
        return error_;
    }
    if (clock::now() - looked_ > limit_) {
        return "the main thread has not responded for " + to_text(limit_);
    }
    return std::nullopt;
}

} // namespace hookd::daemon
