// SPDX-License-Identifier: MIT
#include "delivery/sink_worker_log.hpp"

#include "delivery/detail.hpp"

#include <hookd/core/log_line.hpp>
#include <hookd/core/time.hpp>

#include <spdlog/spdlog.h>

namespace hookd::delivery {

namespace {

std::string time_since(steady_time then, steady_time now) {
    return to_short_text(std::chrono::floor<std::chrono::milliseconds>(now - then));
}

// Each with its own quota: earlier failures must not keep an outage out of the log.
constexpr log_kind outages{
    .name = "an unavailable sink", .subject = "sink", .lines = 6, .period = std::chrono::minutes{1}};
constexpr log_kind failures{
    .name = "events that failed and are retried", .subject = "sink", .lines = 6, .period = std::chrono::minutes{1}};

} // namespace

void sink_worker_log::unavailable(std::string_view why, steady_time now) {
    const auto first = !down_;
    if (first) {
        down_since_ = now;
    }
    down_ = true;
    if (!limits_.admit({outages, sink_}, now)) {
        return;
    }
    told_ = true;
    log_line(spdlog::level::warn, {.others = {{"sink", sink_}}}, "sink {}: unavailable{}, its events wait: {}", sink_,
             first ? std::string{} : " for " + time_since(down_since_, now), one_line(why));
}

void sink_worker_log::worked(steady_time now) {
    if (!down_) {
        return;
    }
    down_ = false;
    if (told_) {
        log_line(spdlog::level::info, {.others = {{"sink", sink_}}}, "sink {}: available again after {}", sink_,
                 time_since(down_since_, now));
    }
    told_ = false;
}

void sink_worker_log::failed(const event& what, const journal::failure& row, std::chrono::milliseconds until_next,
                             steady_time now) {
    const std::initializer_list<log_field> fields{
        {"sink", sink_}, {"endpoint", what.endpoint}, {"id", what.id}, {"attempt", std::uint64_t{row.attempts}}};
    const log_fields about{.others = fields};
    if (row.dead) {
        log_line(spdlog::level::err, about, "sink {}: event {} of endpoint {} is a dead letter after {} attempt(s): {}",
                 sink_, what.id, what.endpoint, row.attempts, row.detail);
        return;
    }
    if (limits_.admit({failures, sink_}, now)) {
        log_line(spdlog::level::warn, about,
                 "sink {}: event {} of endpoint {} failed in attempt {}, retrying in {}: {}", sink_, what.id,
                 what.endpoint, row.attempts, to_short_text(until_next), row.detail);
    }
}

} // namespace hookd::delivery
