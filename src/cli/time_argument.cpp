// SPDX-License-Identifier: MIT
#include "cli/time_argument.hpp"

#include <hookd/core/rfc3339.hpp>

#include <array>
#include <ctime>

namespace hookd::cli {

namespace {

/// strptime(3) takes 31 days for every month.
bool is_date(const std::tm& parts) {
    return std::chrono::year_month_day{std::chrono::year{parts.tm_year + 1900},
                                       std::chrono::month{static_cast<unsigned>(parts.tm_mon) + 1},
                                       std::chrono::day{static_cast<unsigned>(parts.tm_mday)}}
        .ok();
}

std::optional<unix_millis> parse_local(std::string text) {
    if (text.size() > 10 && text[10] == 'T') {
        text[10] = ' ';
    }
    for (const char* format : {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
        std::tm parts{};
        const char* const end = strptime(text.c_str(), format, &parts);
        if (end != nullptr && *end == '\0' && is_date(parts)) {
            parts.tm_isdst = -1;
            return unix_millis{std::chrono::seconds{std::mktime(&parts)}};
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<unix_millis> parse_moment(std::string_view text, unix_millis now) {
    if (const auto ago = parse_duration(text)) {
        return *ago <= now.time_since_epoch() ? now - *ago : unix_millis{};
    }
    if (const auto exact = parse_rfc3339(text)) {
        return exact;
    }
    return parse_local(std::string{text});
}

std::string moment_text(unix_millis when, bool utc) {
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
    std::tm parts{};
    std::array<char, 64> text{};
    utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts);
    const auto length =
        std::strftime(text.data(), text.size(), utc ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d %H:%M:%S", &parts);
    return {text.data(), length};
}

std::string time_text(const std::string& rfc3339, bool utc) {
    const auto when = parse_rfc3339(rfc3339);
    return when ? moment_text(*when, utc) : "-";
}

} // namespace hookd::cli
