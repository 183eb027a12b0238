// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/mutex.hpp>

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace hookd {

/// A kind of log line that strangers, or something broken, can cause as fast as they like. Each is an object of static
/// storage: its address tells it from the others.
struct log_kind {
    std::string_view name;    ///< What its lines are about, in the plural: `refused connections`.
    std::string_view subject; ///< What it has a quota for each of: `listener`, `endpoint`, `sink`.
    spdlog::level::level_enum level = spdlog::level::warn;
    unsigned lines = 10; ///< The quota: this many a period.
    std::chrono::seconds period{5};
};

/// Lines with the same quota. Neither text is a stranger's: there are only so many of them.
struct log_topic {
    const log_kind& kind;
    std::string_view subject{}; ///< A configured name or address; empty: the kind has none.
    std::string_view reason{};  ///< Where a kind has several, each with its quota.
};

/// Log lines within quotas: one for each kind, subject and reason, so that a flood of one hides no other. Only lines
/// that the log's level would print count. How many were left out is logged within seconds (`report`, called regularly)
/// and at the end (`report_all`), whether or not another such line comes. Any thread; a lock is held for a look into a
/// table of bounded size.
class limited_log {
public:
    using clock = std::chrono::steady_clock;

    /// The process's, as spdlog's default logger is; never destroyed, for threads that outlive `main`.
    static limited_log& shared();

    /// Writes the line to spdlog's default logger, unless its quota is used up.
    template <class... Args>
    void write(const log_topic& topic, spdlog::format_string_t<Args...> format, Args&&... args) {
        if (admit(topic, clock::now())) {
            spdlog::log(topic.kind.level, format, std::forward<Args>(args)...);
        }
    }

    /// Whether such a line may be logged now; one that may not is counted, unless the level would not print it.
    [[nodiscard]] bool admit(const log_topic& topic, clock::time_point now);

    /// Logs how many lines were left out, of each quota whose report is due.
    void report(clock::time_point now);
    /// The same of all quotas, due or not.
    void report_all();

private:
    using key = std::tuple<const log_kind*, std::string, std::string>; // kind, subject, reason
    struct quota {
        clock::time_point period_begin{};
        unsigned admitted = 0;
        std::uint64_t left_out = 0;
        clock::time_point report_due{};
        clock::time_point reported{};
    };

    quota& find(const log_topic& topic) HOOKD_REQUIRES(mutex_);
    void report_where(bool (*due)(const quota&, clock::time_point), clock::time_point now);

    mutex mutex_;
    std::map<key, quota, std::less<>> quotas_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd
