#include "delivery/lane_log.hpp"

#include "delivery/detail.hpp"

#include <spdlog/spdlog.h>

namespace hookd::delivery {

namespace {

std::string seconds_since(steady_time then, steady_time now) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now - then).count()) + "s";
}

std::string held_back(std::uint64_t lines) {
    return lines == 0 ? std::string{} : " (" + std::to_string(lines) + " lines like this were left out)";
}

} // namespace

void lane_log::unavailable(std::string_view why, steady_time now) {
    const auto first = !down_;
    if (first) {
        down_since_ = now;
    }
    down_ = true;
    const auto others = outages_.admit(now);
    if (!others) {
        return;
    }
    told_ = true;
    spdlog::warn("sink {}: unavailable{}, its events wait: {}{}", sink_,
                 first ? std::string{} : " for " + seconds_since(down_since_, now), one_line(why), held_back(*others));
}

void lane_log::worked(steady_time now) {
    if (!down_) {
        return;
    }
    down_ = false;
    if (told_) {
        spdlog::info("sink {}: works again after {}", sink_, seconds_since(down_since_, now));
    }
    told_ = false;
}

void lane_log::failed(const event& what, const journal::failure& row, std::chrono::milliseconds until_next,
                      steady_time now) {
    if (row.dead) {
        spdlog::error("sink {}: event {} of endpoint {} is a dead letter after {} attempt(s): {}", sink_, what.id,
                      what.endpoint, row.attempts, row.detail);
        return;
    }
    if (const auto others = failures_.admit(now)) {
        spdlog::warn("sink {}: event {} of endpoint {} failed in attempt {}, next in {} ms: {}{}", sink_, what.id,
                     what.endpoint, row.attempts, until_next.count(), row.detail, held_back(*others));
    }
}

} // namespace hookd::delivery
