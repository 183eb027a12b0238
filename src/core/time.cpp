// SPDX-License-Identifier: MIT

#include <hookd/core/number.hpp>
#include <hookd/core/time.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <limits>

namespace hookd {

namespace {

struct unit {
    std::string_view name;
    std::int64_t millis;
};

constexpr std::array<unit, 5> units{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

/// RFC 3339 has four digits for the year. Other years, which only a damaged file can have, are clamped.
constexpr unix_millis first_written = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr unix_millis last_written =
    std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - std::chrono::milliseconds{1};

} // namespace

unix_millis system_now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string to_rfc3339(unix_millis time) {
    time = std::clamp(time, first_written, last_written);
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    std::array<char, 40> text{};
    const int length =
        std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string to_text(std::chrono::milliseconds duration) {
    for (const auto& [name, millis] : units) {
        if (millis == 1 || (duration.count() != 0 && duration.count() % millis == 0)) {
            return std::to_string(duration.count() / millis) + std::string{name};
        }
    }
    return {};
}

std::string to_short_text(std::chrono::milliseconds duration) {
    const auto millis = std::max<std::int64_t>(duration.count(), 0);
    if (millis == 0) {
        return "0s";
    }
    const auto write = [](std::int64_t count, const unit& in) { return std::to_string(count) + std::string{in.name}; };
    const auto* const first =
        std::ranges::find_if(units, [&](const unit& each) { return millis >= each.millis || each.millis == 1; });
    const auto rest = millis % first->millis;
    if (first->millis <= 1'000) { // seconds and less have no second unit
        const bool has_tenths = millis < 10'000 && rest >= 100;
        return has_tenths ? std::to_string(millis / 1'000) + '.' + write(rest / 100, *first)
                          : write(millis / first->millis, *first);
    }
    const auto* const second = std::next(first);
    return write(millis / first->millis, *first) +
           (rest >= second->millis ? write(rest / second->millis, *second) : std::string{});
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto number = take_number(text);
    if (!number) {
        return std::nullopt;
    }
    for (const auto& [name, millis] : units) {
        if (text == name) {
            const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / millis);
            if (*number > most) {
                return std::nullopt;
            }
            return std::chrono::milliseconds{static_cast<std::int64_t>(*number) * millis};
        }
    }
    return std::nullopt;
}

} // namespace hookd
