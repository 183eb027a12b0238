// SPDX-License-Identifier: MIT
#include <hookd/core/limited_log.hpp>

#include <algorithm>
#include <vector>

namespace hookd {

namespace {

using namespace std::chrono_literals;

/// From the first suppressed line to the report.
constexpr auto report_delay = 5s;
/// Beyond this number of quotas, the lines of a kind share one.
constexpr std::size_t most_quotas = 1024;

/// `; listener=127.0.0.1:8080`
std::string labelled(std::string_view label, std::string_view value) {
    return value.empty() ? std::string{} : fmt::format("; {}={}", label, value);
}

} // namespace

limited_log& limited_log::shared() {
    static auto& process_wide = *new limited_log; // NOLINT(cppcoreguidelines-owning-memory): on purpose, never freed
    return process_wide;
}

limited_log::quota& limited_log::find(const log_topic& topic) {
    const auto place = quotas_.find(std::tuple{&topic.kind, topic.subject, topic.reason});
    if (place != quotas_.end()) {
        return place->second;
    }
    return quotas_.size() < most_quotas ? quotas_[key{&topic.kind, topic.subject, topic.reason}]
                                        : quotas_[key{&topic.kind, {}, {}}];
}

bool limited_log::admit(const log_topic& topic, clock::time_point now) {
    const auto& kind = topic.kind;
    if (!spdlog::should_log(kind.level)) {
        return false;
    }
    const mutex_lock lock{mutex_};
    quota& own = find(topic);
    if (now - own.period_begin >= kind.period) {
        own.period_begin = now;
        own.admitted = 0;
    }
    if (own.admitted < kind.lines) {
        ++own.admitted;
        return true;
    }
    if (own.left_out++ == 0) {
        own.report_due = std::max(now + report_delay, own.reported + kind.period);
    }
    return false;
}

void limited_log::report(clock::time_point now) {
    report_where([](const quota& each, clock::time_point at) { return at >= each.report_due; }, now);
}

void limited_log::report_all() {
    report_where([](const quota&, clock::time_point) { return true; }, clock::now());
}

void limited_log::report_where(bool (*due)(const quota&, clock::time_point), clock::time_point now) {
    std::vector<std::pair<key, std::uint64_t>> omissions;
    {
        const mutex_lock lock{mutex_};
        for (auto& [topic, own] : quotas_) {
            if (own.left_out > 0 && due(own, now)) {
                omissions.emplace_back(topic, std::exchange(own.left_out, 0));
                own.reported = now;
            }
        }
        // An unused quota is the same as a new one.
        std::erase_if(quotas_, [&](const auto& each) {
            const auto& own = each.second;
            return own.left_out == 0 &&
                   now - std::max(own.period_begin, own.reported) >= std::get<0>(each.first)->period;
        });
    }
    for (const auto& [topic, lines] : omissions) {
        const auto& [kind, subject, reason] = topic;
        spdlog::log(kind->level, "suppressed {} more lines about {}{}{}{}", lines, kind->name,
                    reason.empty() ? "" : ": ", reason, labelled(kind->subject, subject));
    }
}

} // namespace hookd
