// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/log_line.hpp>
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

/// A kind of log line that clients, or something broken, can cause at any rate. Each is an object of static storage:
/// its address identifies it.
struct log_kind {
    std::string_view name;    ///< What its lines are about, in the plural: `rejected connections`.
    std::string_view subject; ///< What has a quota of its own: `listener`, `endpoint`, `sink`.
    spdlog::level::level_enum level = spdlog::level::warn;
    unsigned lines = 10; ///< The quota: lines per period.
    std::chrono::seconds period{5};
};

/// Lines with the same quota. Neither text comes from outside: their number is limited.
struct log_topic {
    const log_kind& kind;
    std::string_view subject{}; ///< A configured name or address; empty if the kind has none.
    std::string_view reason{};  ///< If a kind has several, each with its quota.
};

/// Log lines with quotas: one for each kind, subject and reason, so that a flood of one does not hide the others. Only
/// lines that the log level would print count. The number of suppressed lines is logged within seconds (`report`,
/// called regularly) and at the end (`report_all`), whether or not another such line comes. Any thread; a lock is held
/// for a look into a table of bounded size.
class limited_log {
public:
    using clock = std::chrono::steady_clock;

    /// That of the process, like spdlog's default logger; never destroyed, for threads that outlive `main`.
    static limited_log& shared();

    /// Writes the line to spdlog's default logger, unless its quota is used up.
    template <class... Args>
    void write(const log_topic& topic, spdlog::format_string_t<Args...> format, Args&&... args) {
        if (admit(topic, clock::now())) {
            spdlog::log(topic.kind.level, format, std::forward<Args>(args)...);
        }
    }

    /// The same for a line with fields.
    template <class... Args>
    void write(const log_topic& topic, const log_fields& fields, spdlog::format_string_t<Args...> format,
               Args&&... args) {
        if (admit(topic, clock::now())) {
            log_line(topic.kind.level, fields, std::string_view{fmt::format(format, std::forward<Args>(args)...)});
        }
    }

    /// Whether such a line may be logged now. If not, it is counted, unless the level would not print it.
    [[nodiscard]] bool admit(const log_topic& topic, clock::time_point now);

    /// Logs the number of suppressed lines of each quota whose report is due.
    void report(clock::time_point now);
    /// The same for all quotas, due or not.
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
