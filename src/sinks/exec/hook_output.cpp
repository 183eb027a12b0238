// SPDX-License-Identifier: MIT
#include "sinks/exec/hook_output.hpp"

#include "sinks/text.hpp"

#include <hookd/core/text.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>

namespace hookd::sinks {
namespace {

constexpr std::size_t lines_limit = 100;
constexpr std::size_t bytes_limit = 16U << 10U;
constexpr std::size_t line_limit = 4U << 10U; // longer lines are logged in parts
constexpr std::size_t tail_limit = 4U << 10U;
constexpr std::size_t detail_limit = 1U << 10U;

std::string_view last(std::string_view text, std::size_t most) {
    return text.substr(text.size() - std::min(text.size(), most));
}

} // namespace

void hook_output::take(stream from, std::string_view bytes) {
    if (from == stream::error) {
        error_tail_ += last(bytes, tail_limit);
        error_tail_.erase(0, error_tail_.size() - std::min(error_tail_.size(), tail_limit));
    }
    log_lines(unfinished_.at(static_cast<std::size_t>(from)), bytes);
}

void hook_output::finish() {
    for (auto& each : unfinished_) {
        log(each);
    }
    if (left_out_ > 0) {
        spdlog::info("{}: {} more bytes, not logged", prefix_, left_out_);
    }
}

std::string hook_output::last_error_line() const {
    constexpr std::string_view blank = " \t\r\n";
    std::string_view tail = error_tail_;
    const auto end = tail.find_last_not_of(blank);
    if (end == std::string_view::npos) {
        return {};
    }
    tail = tail.substr(0, end + 1);
    tail = tail.substr(tail.find_last_of("\r\n") + 1); // npos + 1 is 0
    const auto line = printable(tail);
    return std::string(utf8_prefix(line, detail_limit));
}

void hook_output::log_lines(std::string& unfinished, std::string_view bytes) {
    while (!bytes.empty()) {
        if (lines_ >= lines_limit || logged_ >= bytes_limit) {
            left_out_ += bytes.size();
            return;
        }
        const auto end = bytes.find('\n');
        const auto piece = bytes.substr(0, std::min(end, line_limit - unfinished.size()));
        unfinished += piece;
        bytes.remove_prefix(piece.size());
        const bool ended = bytes.starts_with('\n');
        if (ended) {
            bytes.remove_prefix(1);
        }
        if (ended || unfinished.size() >= line_limit) {
            log(unfinished);
        }
    }
}

void hook_output::log(std::string& line) {
    if (lines_ >= lines_limit || logged_ + line.size() > bytes_limit) {
        left_out_ += line.size();
        logged_ = std::max(logged_, line.empty() ? logged_ : bytes_limit);
    } else if (!line.empty()) {
        ++lines_;
        logged_ += line.size();
        spdlog::info("{}: {}", prefix_, printable(line));
    }
    line.clear();
}

} // namespace hookd::sinks
